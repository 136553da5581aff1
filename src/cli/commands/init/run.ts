// `relay-phone init`: sets everything up, from nothing to a verification text.
import { readLines } from '../../../control-characters.js';
import { ExitCode, RelayPhoneError } from '../../../errors.js';
import { findSavedToken } from '../../../firefox-relay/api-token.js';
import { isLoopback } from '../../../origin.js';
import { createInitReport } from '../../../setup/create-report.js';
import type { InitReport } from '../../../setup/report.js';
import { runSetup, type StepResult } from '../../../setup/run.js';
import { type Choices, NO_CHOICES, required, type Setup } from '../../../setup/setup.js';
import { findGivenBase } from '../../../setup/steps/public-base.js';
import { STEPS } from '../../../setup/steps.js';
import { acquireLock } from '../../../state/lock.js';
import { formatRelayBlock } from '../../../tunnel/ngrok-yml/relay-block.js';
import { ACCOUNT_SID, AUTH_TOKEN } from '../../../twilio/target.js';
import { findOwnOrigin } from '../../core/app-origin.js';
import {
  type CommandContext,
  findTargetKind,
  openCommandContext,
  waitForLock,
} from '../../core/command-context.js';
import { createLines, type FollowUp, showNext } from '../../core/next-lines.js';
import { listStepsAfterInit } from '../../core/next-steps.js';
import type { CliPorts } from '../../core/ports.js';
import { findPrompts } from '../../core/prompts.js';
import { isSandboxAccount } from '../../core/sandbox-account.js';
import { showError } from '../../core/screen.js';
import { openSession } from '../../core/session.js';
import type { InitFlags } from './command.js';

/** Sets everything up; exit code 6 if the verification text did not arrive. */
export async function run(ports: CliPorts, flags: InitFlags): Promise<number> {
  const choices: Choices = { ...NO_CHOICES, ...flags };
  const context = await openCommandContext(ports, flags);
  const kind = findTargetKind(context) ?? 'live';
  if (kind === 'sandbox') verifyNotLive(context);
  // Before anything is asked, of the user or of Twilio.
  findGivenBase(context.loaded, kind);
  const lock = choices.dryRun
    ? undefined
    : await acquireLock(context.state.open(), 'setup', waitForLock(context, 'init'));
  try {
    const prompts = findPrompts(ports, choices.yes || choices.dryRun);
    const options = { command: 'init', prompts, choices, keeps: !choices.dryRun };
    const session = await openSession(context, kind, options);
    try {
      const results = await runSetup(session.setup, STEPS);
      const code = show(context, session.setup, results);
      showNgrokConfig(context, session.setup);
      return code;
    } finally {
      await session.close();
    }
  } finally {
    lock?.release();
  }
}

/** Keeps live settings in `.env` from being replaced by sandbox settings. Placeholders may be replaced. */
function verifyNotLive(context: CommandContext): void {
  const { envFile, envPath, state } = context;
  const sid = envFile?.values.get('TWILIO_ACCOUNT_SID') ?? '';
  const token = envFile?.values.get('TWILIO_AUTH_TOKEN') ?? '';
  if (isSandboxAccount(state, sid) || !(ACCOUNT_SID.test(sid) || AUTH_TOKEN.test(token))) return;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: 'set up the sandbox',
    reason: `${envPath} holds a live Twilio account, and was left as it is`,
    tryNext: [
      'relay-phone init --sandbox -e PATH, with another file for the sandbox',
      `to leave .env as it is: ${createLines(context, { target: 'sandbox' }).exec}`,
    ],
  });
}

function show(context: CommandContext, setup: Setup, results: readonly StepResult[]): number {
  const { ports, screen } = context;
  const next = listNext(context, setup, results);
  const lines = next.map(({ line }) => line);
  const report = createInitReport(setup, results, lines);
  const { account, mainNumber, app, envFile, monthlyCost } = report;
  screen.line('');
  screen.line(headline(report));
  screen.line(`  account      ${account.friendlyName} (${account.sid}), ${report.target}`);
  screen.line(`  main number  ${mainNumber.phoneNumber}`);
  screen.line(`  public base  ${report.publicBase}`);
  screen.line(`  TwiML app    ${app.friendlyName}${app.sid ? ` (${app.sid})` : ''}`);
  screen.line(`  env file     ${envFile.path}`);
  screen.line(`  text         ${report.text.status} to ${report.text.to}`);
  const imagined = report.target === 'sandbox' ? ' (sandbox: no real money)' : '';
  if (monthlyCost)
    screen.line(`  costs        ${monthlyCost.amount} ${monthlyCost.currency} a month${imagined}`);
  for (const warning of report.warnings) screen.warn(warning);
  showNext(screen, next);
  screen.document(report);
  if (!report.error) return ExitCode.done;
  showError(ports, report.error);
  return report.error.exitCode;
}

function listNext(context: CommandContext, setup: Setup, results: readonly StepResult[]): FollowUp[] {
  const { target, facts, choices } = setup;
  const base = required(facts.publicBase);
  const isLocal = isLoopback(new URL(base).hostname);
  const lines = createLines(context, { target, ...(isLocal && { origin: base }) });
  const isAgain = (id: StepResult['id']) => id === 'env-file' || id === 'twiml-app';
  const folder = context.state.find();
  if (choices.dryRun) return [{ why: 'make these changes', line: lines.relayPhone('init') }];
  return listStepsAfterInit(lines, {
    target,
    mainNumber: required(facts.mainNumber),
    isRewritten: results.some(({ id, outcome }) => outcome === 'changed' && isAgain(id)),
    isPrepared: folder !== undefined && findSavedToken(folder) !== undefined,
  });
}

function headline({ dryRun, steps }: InitReport): string {
  if (steps.every(({ outcome }) => outcome === 'kept'))
    return 'Everything was set up already; nothing was changed.';
  return dryRun ? 'Nothing was changed. The plan:' : 'Ready.';
}

/** Prints the endpoint for `ngrok.yml`, for developers who run ngrok's own agent instead of `tunnel`. */
function showNgrokConfig(context: CommandContext, { ngrok, facts }: Setup): void {
  if (!ngrok || facts.publicBase !== ngrok.base) return;
  const port = Number(new URL(findOwnOrigin(context)).port) || 80;
  context.screen.line("For ngrok's own agent, in its ngrok.yml (ngrok start relay):");
  for (const line of readLines(formatRelayBlock(3, new URL(ngrok.base).host, port)))
    context.screen.line(`  ${line}`);
}
