// `relay-phone send-test`: the verification text, asked of the app or sent without one, followed to its final status.
import { ExitCode, RelayPhoneError } from '../../errors.js';
import { findDeliveryFault } from '../../setup/delivery.js';
import { sendDirectText } from '../../setup/direct-text.js';
import { createSendTestReport, type Findings } from '../../setup/send-test-report.js';
import { NO_CHOICES, need, type Setup } from '../../setup/setup.js';
import { openStateFolder } from '../../state/folder.js';
import { acquireLock } from '../../state/lock.js';
import { APP_NAMES, type AppAccess, findAppAccess } from '../app/access.js';
import { checkApp, findCodeFault } from '../app/check.js';
import { verifyMayBuy } from '../app/mask.js';
import { openRelayApi } from '../app/open.js';
import type { CliPorts } from '../context.js';
import type { SendTestFlags } from '../flags.js';
import {
  type CommandContext,
  findTargetKind,
  openCommandContext,
  readSecret,
  waitForLock,
} from '../ground.js';
import { verifySandboxFolder } from '../sandbox-folder.js';
import { openSession } from '../session.js';
import { createAsk } from '../terminal/prompts.js';
import { showError } from '../terminal/show-error.js';

/** Sends one text; exit 6 when it does not arrive. */
export async function run(
  context: CliPorts,
  flags: SendTestFlags,
  words: readonly string[],
): Promise<number> {
  const { yes = false, buy = false, code } = flags;
  const [number] = words;
  verifyForm('--code', code && findCodeFault(code));
  verifyForm('the number', number && findNumberFault(number));
  const realNumber = number ?? flags.realNumber;
  const apiToken = await readSecret(context, '--api-token-file', flags.apiTokenFile);
  const ground = await openCommandContext(context, flags, { realNumber, apiToken });
  const kind = findTargetKind(ground) ?? 'live';
  if (kind === 'sandbox') verifySandboxFolder(ground, 'send the text');
  const app = flags.direct ? undefined : await findAppAccess(ground, flags.app);
  const session = await openSession(context, ground, kind, {
    command: 'send-test',
    ask: context.isTerminal && !yes ? createAsk(context) : undefined,
    choices: { ...NO_CHOICES, yes, buy },
    keeps: flags.direct ?? false,
  });
  try {
    const { setup } = session;
    if (flags.mask) verifyMayBuy(setup);
    const number = await chooseNumber(setup);
    const findings = app
      ? await throughApp(setup, app, number, flags)
      : await withoutApp(setup, ground, number);
    return show(context, ground, setup, { number, app, findings });
  } finally {
    await session.close();
  }
}

async function chooseNumber({ settings, phones, ask }: Setup): Promise<string> {
  const number = settings.realNumber ?? phones?.realNumber;
  if (number !== undefined) return number;
  if (ask) return ask.text('The phone to send the text to (+1…)', findNumberFault);
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: 'send the text',
    reason: 'no phone to send it to was named',
    tryNext: ['relay-phone send-test +1…, with your own phone', 'or set RELAY_PHONE_REAL_NUMBER'],
  });
}

function findNumberFault(number: string): string | undefined {
  return /^\+[1-9]\d{6,14}$/.test(number) ? undefined : 'it is not in E.164 form, such as +12025550123';
}

function throughApp(
  setup: Setup,
  app: AppAccess,
  number: string,
  { verify, code, mask = false }: SendTestFlags,
): Promise<Findings> {
  setup.tell.line(`Asking ${APP_NAMES[app.kind]} at ${app.origin} to verify ${number}.`);
  const wish = { number, verify: verify || mask || code !== undefined, mask, code };
  return checkApp(setup, openRelayApi(setup, app), wish);
}

/** Under the lock of `init`, which sends the same text and keeps the same journal. */
async function withoutApp(setup: Setup, ground: CommandContext, number: string): Promise<Findings> {
  const lock = await acquireLock(
    openStateFolder(ground.statePath),
    'setup',
    waitForLock(ground, setup.command),
  );
  try {
    const words = await sendDirectText(setup, number);
    const text = need(setup.facts.text);
    const error = findDeliveryFault(text, 'send-test --direct');
    if (!error) setup.tell.done(words);
    return { text, ...(error && { error }) };
  } finally {
    lock.release();
  }
}

function show(
  context: CliPorts,
  { screen }: CommandContext,
  setup: Setup,
  outcome: { readonly number: string; readonly app: AppAccess | undefined; readonly findings: Findings },
): number {
  const { number, app, findings } = outcome;
  const place = app ? { origin: app.origin, serve: app.kind === 'serve', relay: app.kind === 'relay' } : null;
  for (const warning of setup.warnings) screen.warn(warning);
  screen.document(createSendTestReport(setup, number, place, findings));
  if (!findings.error) return ExitCode.done;
  showError(context, findings.error.toJSON());
  return findings.error.exitCode;
}

function verifyForm(what: string, fault: string | undefined): void {
  if (!fault) return;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'understand the command',
    reason: `${what} cannot be used: ${fault}`,
    tryNext: ['relay-phone send-test --help'],
  });
}
