// `relay-phone phone`: a chat on the terminal for one phone of the sandbox.
import { ExitCode, RelayPhoneError } from '../../../errors.js';
import type { MediaLink } from '../../../sandbox/messaging/text-gateway.js';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import { isShortCode, verifyPhoneNumber } from '../../../sandbox/platform/phone-number.js';
import type { PhoneReport } from '../../../sandbox/report.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { connectSandbox } from '../../core/sandbox.js';
import { createScreen, type Screen } from '../../core/screen.js';
import { STAND_IN_PHONE } from '../../core/stand-in-phone.js';
import { findKnownNumbers, listRecipients } from '../text/obvious-numbers.js';
import { createPhoneActs, type PhoneActs } from './acts.js';
import type { PhoneFlags } from './command.js';
import { type HeldPhone, holdPhone } from './hold.js';
import type { Notice } from './phone-view.js';
import { openPromptedTerminal, readPipedLines } from './terminal.js';
import { readTypedLine } from './typed-line.js';

/** Is a phone until the person leaves; exit code 6 if lines of a pipe could not be carried out, or reached nobody. */
export async function run(ports: CliPorts, flags: PhoneFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  const number = verifyPhone(flags.number ?? context.loaded.values.realNumber ?? STAND_IN_PHONE);
  if (flags.calls !== undefined) return setCalls(context, number, flags.calls);
  const held = await holdPhone(context, number);
  ports.onInterrupt(held.letGo);
  try {
    const partner = await choosePartner(context, held, flags.to);
    context.screen.record({ command: 'phone', number, to: partner ?? null } satisfies PhoneReport);
    const isPrompted = ports.isTerminal && !flags.json && ports.environment.TERM !== 'dumb';
    return await (isPrompted ? chat(context, held, partner) : readPipe(context, held, partner));
  } finally {
    await held.letGo();
  }
}

function verifyPhone(text: string): string {
  return isShortCode(text) ? text : verifyPhoneNumber(text, `be the phone ${text}`).number;
}

/** Sets what the phone does when it is called: for scripts, and after a `phone` that was killed. */
async function setCalls(
  context: CommandContext,
  number: string,
  calls: NonNullable<PhoneFlags['calls']>,
): Promise<number> {
  const { ports, screen } = context;
  const sandbox = await connectSandbox(context, 'phone', 'set how a phone takes calls');
  ports.onInterrupt(sandbox.close);
  try {
    await sandbox.control.behave(number, { calls });
    screen.done(`${number} ${CALLS[calls]}`);
    screen.document({ command: 'phone', number, to: null, calls } satisfies PhoneReport);
    return ExitCode.done;
  } finally {
    await sandbox.close();
  }
}

const CALLS: Readonly<Record<NonNullable<PhoneFlags['calls']>, string>> = {
  answers: 'answers calls from now on',
  busy: 'is busy from now on',
  rejects: 'rejects calls from now on',
  'no-answer': 'rings from now on until somebody answers',
};

/** Chooses where texts go first: the number that was named, the only mask, the last conversation, the main number. */
async function choosePartner(
  context: CommandContext,
  { number, control }: HeldPhone,
  named: string | undefined,
): Promise<string | undefined> {
  const known = await findKnownNumbers(context, control());
  const owned = known.numbers.map((one) => one.number);
  if (named !== undefined) {
    const asked = isShortCode(named) ? named : verifyPhoneNumber(named, `text ${named}`).number;
    if (owned.includes(asked)) return asked;
    throw new RelayPhoneError({
      kind: 'usage',
      task: `text ${asked}`,
      reason: 'the account does not own it',
      tryNext: owned.slice(0, 8).map((one) => `--to ${one}`),
    });
  }
  const recipients = listRecipients(known, 'text');
  if (recipients.length <= 1) return recipients[0]?.number;
  const conversations = (await control().threads(number)).map((thread) => thread.with);
  return [...conversations, known.mainNumber].find((one) => one !== undefined && owned.includes(one));
}

/** Chats on a terminal until the person leaves. */
async function chat(context: CommandContext, held: HeldPhone, partner: string | undefined): Promise<number> {
  const { ports } = context;
  for (const text of describeStart(held, partner)) context.screen.line(text);
  const terminal = openPromptedTerminal(ports, (line) => void type(line));
  const screen = createScreen(terminal.ports, {});
  const ownTexts: string[] = [];
  const acts = createPhoneActs({
    held,
    partner,
    isPiped: false,
    show: (...notices) => show(screen, notices),
    onFailure: () => undefined,
    now: ports.now,
    sleep: ports.sleep,
  });
  const showPrompt = () => terminal.setPrompt(formatPrompt(held, acts));

  async function type(line: string): Promise<void> {
    const typed = readTypedLine(line);
    // It stands on the terminal already.
    if (typed.kind === 'text') ownTexts.push(typed.body);
    try {
      if ((await acts.do(typed)) === 'quit') terminal.close();
    } catch (error) {
      if (!(error instanceof RelayPhoneError)) return terminal.fail(error);
      showRefusal(screen, error);
    }
    showPrompt();
  }

  const watching = watch(context, held, screen, {
    waits: true,
    isShown: (event) => {
      if (event.kind !== 'phone.texts' || event.from !== held.number) return true;
      const index = ownTexts.indexOf(event.body);
      if (index >= 0) ownTexts.splice(index, 1);
      return index < 0;
    },
    after: showPrompt,
  });
  // An error of the stream ends the chat.
  watching.catch(terminal.fail);
  showPrompt();
  try {
    return (await terminal.left) === 'interrupt' ? ExitCode.interrupted : ExitCode.done;
  } finally {
    terminal.close();
  }
}

function describeStart({ number }: HeldPhone, partner: string | undefined): string[] {
  const goes =
    partner === undefined
      ? 'What you type is sent as a text to whoever texts first, or to the number of /to +1….'
      : `What you type is sent to ${partner}.`;
  return [
    `You are the phone ${number}: its texts and calls are shown here.`,
    `${goes} /help lists the rest.`,
  ];
}

function formatPrompt({ view }: HeldPhone, acts: PhoneActs): string {
  const states = view.calls().map(({ state }) => state);
  const call = states.includes('talking')
    ? 'in call '
    : states.includes('ringing')
      ? 'ringing '
      : states.includes('calling')
        ? 'calling '
        : '';
  return `${call}→ ${acts.partner() ?? 'nobody yet'} › `;
}

/** Carries out the lines of a pipe, one after the other, and waits until it is quiet. */
async function readPipe(
  context: CommandContext,
  held: HeldPhone,
  partner: string | undefined,
): Promise<number> {
  const { ports, screen } = context;
  let exitCode: number = ExitCode.done;
  const onFailure = () => {
    exitCode = ExitCode.fault;
  };
  screen.line(`${held.number} texts and calls ${partner ?? 'nobody yet'}.`);
  const acts = createPhoneActs({
    held,
    partner,
    isPiped: true,
    show: (...notices) => show(screen, notices),
    onFailure,
    now: ports.now,
    sleep: ports.sleep,
  });
  const watching = watch(context, held, screen, { waits: false });

  async function read(): Promise<void> {
    let isQuitting = false;
    for await (const line of readPipedLines(ports.stdin)) {
      try {
        isQuitting = (await acts.do(readTypedLine(line))) === 'quit';
        if (isQuitting) break;
      } catch (error) {
        // Without the sandbox the other lines are in vain too.
        if (!(error instanceof RelayPhoneError) || error.kind === 'network') throw error;
        showRefusal(screen, error);
        onFailure();
      }
    }
    await acts.finish(isQuitting);
  }

  await Promise.race([read(), watching]);
  await held.letGo();
  await watching;
  return exitCode;
}

interface WatchOptions {
  /** True if a sandbox that goes away is waited for. */
  readonly waits: boolean;
  /** Returns false for an event that is on the terminal already. */
  readonly isShown?: (event: SandboxEvent) => boolean;
  /** Called after each event. */
  readonly after?: () => void;
}

/** Shows what happens to the phone, until it is let go. */
async function watch(
  { screen: { record } }: CommandContext,
  held: HeldPhone,
  screen: Screen,
  { waits, isShown = () => true, after = () => undefined }: WatchOptions,
): Promise<void> {
  // What has to be looked up must not change the order.
  let shown: Promise<void> = Promise.resolve();
  const { view, number } = held;
  await held.watch(
    (event) => {
      const notices = view.see(event);
      if (notices) {
        const isVisible = isShown(event);
        shown = shown.then(async () => {
          record(event);
          if (isVisible) show(screen, [...notices, ...(await describeMedia(held, number, event))]);
        });
      }
      void shown.then(after);
    },
    {
      waits,
      onMissed: (count) => screen.warn(`${count} ${count === 1 ? 'event was' : 'events were'} missed`),
      onStopped: () =>
        screen.warn('the sandbox has stopped; this goes on once it runs again (Ctrl-C ends it)'),
      onRunning: (origin) => screen.line(`The sandbox runs again, at ${origin}.`),
    },
  );
  await shown;
}

/** Returns a line for each picture of a text: its type and where it is. The app may delete it at any moment. */
async function describeMedia({ control }: HeldPhone, number: string, event: SandboxEvent): Promise<Notice[]> {
  if (event.kind !== 'text.reached-phone' || event.mediaUrls.length === 0) return [];
  const texts = await control()
    .texts(number)
    .catch(() => []);
  const media: readonly MediaLink[] = texts.find(({ sid }) => sid === event.sid)?.media ?? [];
  return event.mediaUrls.map((url, index): Notice => {
    const { contentType, url: link } = media[index] ?? { contentType: 'media', url };
    return { mark: 'detail', text: `${contentType}  ${link}` };
  });
}

function show(screen: Screen, notices: readonly Notice[]): void {
  for (const { mark, text } of notices) screen[mark](text);
}

function showRefusal(screen: Screen, { lines, tryNext }: RelayPhoneError): void {
  const [first = '', ...others] = lines;
  screen.fault(first);
  for (const line of others) screen.detail(line);
  screen.advice(tryNext);
}
