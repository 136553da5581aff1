// `relay-phone send-test`: the verification text, asked of the app or sent without one, followed to its final status.
import { ExitCode, RelayPhoneError } from '../../../errors.js';
import { createSendTestReport, type SendTestResults } from '../../../setup/create-report.js';
import { findDeliveryFault } from '../../../setup/delivery.js';
import { NO_CHOICES, required, type Setup } from '../../../setup/setup.js';
import { sendDirectText } from '../../../setup/steps/verification-text.js';
import { openStateFolder } from '../../../state/folder.js';
import { acquireLock } from '../../../state/lock.js';
import {
  type CommandContext,
  findTargetKind,
  openCommandContext,
  waitForLock,
} from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { createAsk } from '../../core/prompts.js';
import { verifySandboxFolder } from '../../core/sandbox.js';
import { openSession } from '../../core/session.js';
import { showError } from '../../core/show-error.js';
import { APP_NAMES, type AppAccess, findAppAccess } from './app-access.js';
import type { SendTestFlags } from './command.js';
import { verifyMayBuy } from './mask.js';
import { openRelayApi } from './open.js';
import { checkApp, findCodeFault } from './phone-check.js';

/** Sends one text; exit 6 when it does not arrive. */
export async function run(ports: CliPorts, flags: SendTestFlags): Promise<number> {
  const { yes = false, buy = false, code, number } = flags;
  verifyForm('--code', code && findCodeFault(code));
  verifyForm('the number', number && findNumberFault(number));
  const realNumber = number ?? flags.realNumber;
  const context = await openCommandContext(ports, { ...flags, realNumber });
  const kind = findTargetKind(context) ?? 'live';
  if (kind === 'sandbox') verifySandboxFolder(context, 'send the text');
  const app = flags.direct ? undefined : await findAppAccess(context, flags.app);
  const session = await openSession(ports, context, kind, {
    command: 'send-test',
    ask: ports.isTerminal && !yes ? createAsk(ports) : undefined,
    choices: { ...NO_CHOICES, yes, buy },
    keeps: flags.direct ?? false,
  });
  try {
    const { setup } = session;
    if (flags.mask) verifyMayBuy(setup);
    const number = await chooseNumber(setup);
    const findings = app
      ? await throughApp(setup, app, number, flags)
      : await withoutApp(setup, context, number);
    return show(ports, context, setup, { number, app, findings });
  } finally {
    await session.close();
  }
}

async function chooseNumber({ settings, phones, prompts }: Setup): Promise<string> {
  const number = settings.realNumber ?? phones?.realNumber;
  if (number !== undefined) return number;
  if (prompts) return prompts.text('The phone to send the text to (+1…)', findNumberFault);
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
): Promise<SendTestResults> {
  setup.output.line(`Asking ${APP_NAMES[app.kind]} at ${app.origin} to verify ${number}.`);
  const wish = { number, verify: verify || mask || code !== undefined, mask, code };
  return checkApp(setup, openRelayApi(setup, app), wish);
}

/** Under the lock of `init`, which sends the same text and keeps the same journal. */
async function withoutApp(setup: Setup, context: CommandContext, number: string): Promise<SendTestResults> {
  const lock = await acquireLock(
    openStateFolder(context.statePath),
    'setup',
    waitForLock(context, setup.command),
  );
  try {
    const words = await sendDirectText(setup, number);
    const text = required(setup.facts.text);
    const error = findDeliveryFault(text, 'send-test --direct');
    if (!error) setup.output.done(words);
    return { text, ...(error && { error }) };
  } finally {
    lock.release();
  }
}

function show(
  ports: CliPorts,
  { screen }: CommandContext,
  setup: Setup,
  outcome: {
    readonly number: string;
    readonly app: AppAccess | undefined;
    readonly findings: SendTestResults;
  },
): number {
  const { number, app, findings } = outcome;
  const place = app ? { origin: app.origin, serve: app.kind === 'serve', relay: app.kind === 'relay' } : null;
  for (const warning of setup.warnings) screen.warn(warning);
  screen.document(createSendTestReport(setup, number, place, findings));
  if (!findings.error) return ExitCode.done;
  showError(ports, findings.error.toJSON());
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
