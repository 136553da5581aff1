// `relay-phone send-test`: sends a verification text through the app or directly, and follows it to its final status.
import { ExitCode, RelayPhoneError } from '../../../errors.js';
import { createSendTestReport, type SendTestResults } from '../../../setup/create-report.js';
import { findDeliveryFault } from '../../../setup/delivery.js';
import { NO_CHOICES, required, type Setup } from '../../../setup/setup.js';
import { sendDirectText } from '../../../setup/steps/verification-text.js';
import { acquireLock } from '../../../state/lock.js';
import { warnOfBlindApp } from '../../core/blind-app.js';
import {
  type CommandContext,
  findTargetKind,
  openCommandContext,
  waitForLock,
} from '../../core/command-context.js';
import { createLines, type FollowUp, showNext } from '../../core/next-lines.js';
import { listStepsAfterSendTest } from '../../core/next-steps.js';
import type { CliPorts } from '../../core/ports.js';
import { findPrompts } from '../../core/prompts.js';
import { verifySandboxFolder } from '../../core/sandbox.js';
import { showError } from '../../core/screen.js';
import { openSession, type Session } from '../../core/session.js';
import { APP_NAMES, type AppAccess, findAppAccess, openRelayApi } from './app-access.js';
import type { SendTestFlags } from './command.js';
import { verifyMayBuy } from './mask.js';
import { checkPhone, findCodeFault } from './phone-check.js';

/** Sends one text; exit code 6 if it does not arrive. */
export async function run(ports: CliPorts, flags: SendTestFlags): Promise<number> {
  const { yes = false, buy = false, code, direct = false } = flags;
  verifyForm('--code', code && findCodeFault(code));
  verifyForm('the number', flags.number && findNumberFault(flags.number));
  const realNumber = flags.number ?? flags.realNumber;
  const context = await openCommandContext(ports, { ...flags, realNumber });
  const kind = findTargetKind(context) ?? 'live';
  if (kind === 'sandbox') verifySandboxFolder(context, 'send the text');
  const app = direct ? undefined : await findAppAccess(context, flags.app, flags.email);
  const session = await openSession(context, kind, {
    command: 'send-test',
    prompts: findPrompts(ports, yes),
    choices: { ...NO_CHOICES, yes, buy },
    keeps: direct,
  });
  try {
    const { setup } = session;
    if (flags.mask) verifyMayBuy(setup);
    const number = await chooseNumber(setup);
    const findings = app
      ? await sendThroughApp(context, session, app, { number, flags })
      : await sendDirectly(setup, context, number);
    return show(context, setup, { number, app, findings });
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
    reason: 'no phone to send it to was given',
    tryNext: ['relay-phone send-test +1…, with your own phone', 'or set RELAY_PHONE_REAL_NUMBER'],
  });
}

function findNumberFault(number: string): string | undefined {
  return /^\+[1-9]\d{6,14}$/.test(number) ? undefined : 'it is not in E.164 form, such as +12025550123';
}

async function sendThroughApp(
  context: CommandContext,
  { setup, sandbox }: Session,
  app: AppAccess,
  { number, flags }: { readonly number: string; readonly flags: SendTestFlags },
): Promise<SendTestResults> {
  const { verify, code, mask = false } = flags;
  setup.output.line(`Asking ${APP_NAMES[app.kind]} at ${app.origin} to verify ${number}.`);
  const check = { number, verify: verify || mask || code !== undefined, mask, code };
  const explain = async (error: unknown) => {
    if (sandbox && app.kind !== 'serve' && isAppFailure(error))
      await warnOfBlindApp(context, sandbox.control, true);
  };
  try {
    const findings = await checkPhone(setup, openRelayApi(context, setup, app), check);
    await explain(findings.error);
    return findings;
  } catch (error) {
    await explain(error);
    throw error;
  }
}

/** True if the app answered, but could not do what it was asked for. What only the user can fix is no failure. */
function isAppFailure(error: unknown): boolean {
  return error instanceof RelayPhoneError && ['fault', 'network', 'refused'].includes(error.kind);
}

/** Takes the lock of `init`, which sends the same text and writes the same journal. */
async function sendDirectly(setup: Setup, context: CommandContext, number: string): Promise<SendTestResults> {
  const folder = context.state.open();
  const lock = await acquireLock(folder, 'setup', waitForLock(context, setup.command));
  try {
    const summary = await sendDirectText(setup, number);
    const text = required(setup.facts.text);
    const error = findDeliveryFault(text, 'send-test --direct');
    if (!error) setup.output.done(summary);
    return { text, ...(error && { error }) };
  } finally {
    lock.release();
  }
}

function show(
  context: CommandContext,
  setup: Setup,
  outcome: {
    readonly number: string;
    readonly app: AppAccess | undefined;
    readonly findings: SendTestResults;
  },
): number {
  const { ports, screen } = context;
  const { number, app, findings } = outcome;
  const place = app ? { origin: app.origin, serve: app.kind === 'serve', relay: app.kind === 'relay' } : null;
  for (const warning of setup.warnings) screen.warn(warning);
  screen.document(createSendTestReport(setup, number, place, findings));
  if (!findings.error) {
    if (app) showNext(screen, listNext(context, setup, number, findings));
    return ExitCode.done;
  }
  showError(ports, findings.error);
  return findings.error.exitCode;
}

function listNext(
  context: CommandContext,
  { target }: Setup,
  number: string,
  { mask }: SendTestResults,
): FollowUp[] {
  return listStepsAfterSendTest(createLines(context, { target }), {
    target,
    number,
    mask: mask?.phoneNumber,
  });
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
