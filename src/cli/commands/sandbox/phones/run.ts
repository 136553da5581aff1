// `relay-phone sandbox phones`: shows what each phone has sent, received and answered.
import { ExitCode, RelayPhoneError } from '../../../../errors.js';
import type { ControlClient } from '../../../../sandbox/control/client.js';
import { findJoinable, type JoinedSandbox, joinSandbox } from '../../../../sandbox/instance/join.js';
import type { PhoneSummary } from '../../../../sandbox/phones/phones.js';
import { isShortCode, verifyPhoneNumber } from '../../../../sandbox/platform/phone-number.js';
import type { PhoneCodeReport, PhonesReport } from '../../../../sandbox/report.js';
import { formatCommandLine } from '../../../../shell-quote.js';
import { type CommandContext, openCommandContext, waitForLock } from '../../../core/command-context.js';
import type { CliPorts } from '../../../core/ports.js';
import { printText } from '../../../core/screen.js';
import { resolveTime, type TypedTime } from '../../../core/values.js';
import { waitForCode } from './code.js';
import type { SandboxPhonesFlags } from './command.js';
import { followPhones } from './follow.js';
import { showPhone } from './phone-lines.js';
import { readTimeline } from './timeline.js';

/** Shows one phone or all, oldest texts and calls first; exit code 6 if there is no code to print. */
export async function run(ports: CliPorts, flags: SandboxPhonesFlags): Promise<number> {
  verifyTogether(flags);
  if (flags.code) await printCode(ports, flags);
  else if (flags.follow) await follow(await openCommandContext(ports, flags), flags);
  else await show(await openCommandContext(ports, flags), flags);
  return ExitCode.done;
}

/** Checked here, because `--follow` is an option of `sandbox` too. */
function verifyTogether({ follow: follows, code, last, since, wait }: SandboxPhonesFlags): void {
  const rules: readonly [isBroken: boolean | undefined, reason: string][] = [
    [follows && code, '--follow shows what is new, so it takes no --code'],
    [follows && last !== undefined, '--follow shows what is new, so it takes no --last'],
    [follows && since !== undefined, '--follow shows what is new, so it takes no --since'],
    [code && last !== undefined, '--code is one code, so it takes no --last'],
    [!code && wait !== undefined, '--wait waits for a code, so it needs --code'],
  ];
  const broken = rules.find(([isBroken]) => isBroken);
  if (!broken) return;
  const [, reason] = broken;
  const tryNext = ['relay-phone sandbox phones --help'];
  throw new RelayPhoneError({ kind: 'usage', task: 'understand the command', reason, tryNext });
}

async function show(context: CommandContext, flags: SandboxPhonesFlags): Promise<void> {
  const { screen } = context;
  const phones = (await withControl(context, (control) => readPhones(control, flags))) ?? [];
  if (phones.length === 0) screen.line('No phone has a text or call yet.');
  for (const phone of phones) showPhone(screen, phone);
  const report: PhonesReport = { command: 'sandbox phones', phones };
  screen.document(report);
}

async function readPhones(
  control: ControlClient,
  { number: asked, last, since: typed }: SandboxPhonesFlags,
): Promise<PhonesReport['phones']> {
  const number = asked && (await verifyPhone(control, asked));
  const [all, optOuts] = await Promise.all([control.phones(), control.optOuts()]);
  const since = await findTime(control, typed);
  const phones = number === undefined ? all : [await describeOne(control, all, number)];
  return Promise.all(
    phones.map(async ({ number: phone, label, behaviour }) => ({
      number: phone,
      label,
      behaviour: { ...behaviour },
      optedOutOf: optOuts.flatMap((one) => (one.phone === phone ? [one.sender] : [])),
      ...(await readTimeline(control, phone, { last, since })),
    })),
  );
}

/** An age is that of the sandbox's clock, which may be a manual one. @returns milliseconds since 1970 */
async function findTime(
  control: Pick<ControlClient, 'clock'>,
  typed: TypedTime | undefined,
): Promise<number | undefined> {
  return typed && resolveTime(typed, Date.parse((await control.clock()).now));
}

/** A phone without texts and calls is in no list. */
async function describeOne(
  control: Pick<ControlClient, 'behaviour'>,
  all: readonly PhoneSummary[],
  number: string,
): Promise<Pick<PhoneSummary, 'number' | 'label' | 'behaviour'>> {
  const listed = all.find((one) => one.number === number);
  return listed ?? { number, label: '', behaviour: await control.behaviour(number) };
}

/** @returns the phone's number as the sandbox writes it @throws RelayPhoneError `usage` if it is not a phone */
async function verifyPhone(control: ControlClient, text: string): Promise<string> {
  const task = 'show the phone';
  const number = isShortCode(text) ? text : verifyPhoneNumber(text, task).number;
  const owned = await control.numbers();
  if (!owned.some((one) => one.number === number)) return number;
  throw new RelayPhoneError({
    kind: 'usage',
    task,
    reason: `the account owns ${number}, so it is not a phone`,
    tryNext: ['relay-phone sandbox phones, for all phones', 'relay-phone sandbox traces --number NUMBER'],
  });
}

async function follow(context: CommandContext, { number }: SandboxPhonesFlags): Promise<void> {
  await followPhones(context, async ({ control }) => number && (await verifyPhone(control, number)));
}

/** Prints the code alone on stdout; everything else goes to stderr. */
async function printCode(ports: CliPorts, flags: SandboxPhonesFlags): Promise<void> {
  const { json = false, wait = 0 } = flags;
  const context = await openCommandContext(ports, { ...flags, json: true });
  const { screen } = context;
  const found = await withControl(context, async (control, runs) => {
    const number = await choosePhone(context, control, flags.number);
    const waiting = screen.progress(`waiting for a text with a code to ${number}`);
    const since = await findTime(control, flags.since);
    const options = { since, waitMs: wait * 1000, canArrive: runs, now: ports.now };
    return { number, ...(await waitForCode(control, number, options).finally(waiting.end)) };
  });
  if (!found) throw nothingRan();
  const { number, code, text } = found;
  const { sid, from, body, receivedAt } = text;
  const report: PhoneCodeReport = {
    command: 'sandbox phones',
    number,
    code,
    text: { sid, from, body, receivedAt },
  };
  if (json) screen.document(report);
  else printText(ports.stdout, code);
}

/** Without a number, the only phone. */
async function choosePhone(
  { screen, ports }: CommandContext,
  control: ControlClient,
  asked: string | undefined,
): Promise<string> {
  if (asked !== undefined) return verifyPhone(control, asked);
  const phones = (await control.phones()).filter(({ texts }) => texts > 0);
  const [first] = phones;
  if (first && phones.length === 1) {
    screen.line(`The only phone with texts is ${first.number}.`);
    return first.number;
  }
  const numbers = phones.slice(0, MAX_NAMED).map(({ number }) => number);
  throw new RelayPhoneError({
    kind: first ? 'usage' : 'fault',
    task: 'find a code',
    reason: first
      ? `${phones.length} phones have texts: ${numbers.join(', ')}`
      : 'no phone has received a text',
    tryNext: numbers.map((number) => formatCommandLine(['relay-phone', ...ports.typed, number])),
  });
}

/** How many phones an error names. */
const MAX_NAMED = 8;

function nothingRan(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'fault',
    task: 'find a code',
    reason: 'no sandbox has run here',
    tryNext: ['relay-phone init --sandbox', '--state-dir PATH of the sandbox'],
  });
}

/**
 * Calls `work` with the sandbox of the state folder, and with whether it goes on running.
 *
 * @returns undefined without a state folder, where nothing ran
 */
async function withControl<T>(
  context: CommandContext,
  work: (control: ControlClient, runs: boolean) => Promise<T>,
): Promise<T | undefined> {
  const folder = context.state.find();
  if (!folder) return undefined;
  const running = await findJoinable(folder);
  const sandbox: JoinedSandbox =
    running ?? (await joinSandbox(folder, waitForLock(context, 'sandbox phones')));
  try {
    return await work(sandbox.control, running !== undefined);
  } finally {
    await sandbox.close();
  }
}
