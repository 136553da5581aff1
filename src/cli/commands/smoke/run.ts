// `relay-phone smoke`: CI checks of a test account, an app and a story; they take seconds and are free.
import { type CheckResult, runChecks } from '../../../checks/run-checks.js';
import { lacksTestCredentials } from '../../../checks/smoke/account/credentials.js';
import { type CheckSelection, findParts, SMOKE_CHECKS, selectChecks } from '../../../checks/smoke/checks.js';
import { createSmokeList, createSmokeReport, listSkipReasons } from '../../../checks/smoke/report.js';
import type { AnySmokeCheck, SmokePart } from '../../../checks/smoke/smoke-context.js';
import { ExitCode, RelayPhoneError } from '../../../errors.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import type { SmokeFlags } from './command.js';
import { openSmokeContext } from './context.js';
import { openJunit, reportToGithub } from './publish.js';
import { showList, showSmoke } from './show.js';

const TIMEOUT_SECONDS = 60;
/** The longest time that setTimeout accepts. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/** The shortest time between two updates of the progress. */
const UPDATE_INTERVAL_MS = 1000;
/** Findings that mean missing credentials, not a fault. */
const MISSING: readonly string[] = ['credentials-missing', 'signing-token-missing'];

/** Runs the checks; exit code 6 for a fault, 3 if only credentials are missing. */
export async function run(ports: CliPorts, flags: SmokeFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  if (flags.list) return list(context);
  const choice = { only: readNames(flags.only), skip: readNames(flags.skip) };
  const parts = chooseParts(ports, flags, choice);
  const checks = selectChecks(parts, choice);
  const writeJunit = openJunit(ports, flags.junit);
  const startedAt = ports.now();
  const start = performance.now();
  const results = await runAll(context, flags, checks);
  const report = createSmokeReport(results, performance.now() - start);
  showSmoke(context.screen, results, listSkipReasons(report));
  context.screen.document(report);
  writeJunit(report, startedAt);
  reportToGithub(context, report);
  return exitCodeFor(results);
}

function list({ screen }: CommandContext): number {
  showList(screen, SMOKE_CHECKS);
  screen.document(createSmokeList(SMOKE_CHECKS));
  return ExitCode.done;
}

/** Names from repeated options, each with one name or several separated by commas. */
function readNames(given: readonly string[] = []): string[] {
  return given
    .flatMap((one) => one.split(','))
    .map((name) => name.trim())
    .filter(Boolean);
}

/** The parts that were asked for. Default: those that can run, and the sandbox if no other can. */
function chooseParts({ environment }: CliPorts, flags: SmokeFlags, { only }: CheckSelection): SmokePart[] {
  const hasApp = flags.app !== undefined || flags.command.length > 0;
  if (only.length > 0) {
    const parts = findParts(only);
    if (parts.includes('app') && !hasApp) throw noApp();
    return parts;
  }
  const parts: SmokePart[] = [];
  if (flags.testAccount || flags.allowMissing || !lacksTestCredentials(environment)) parts.push('account');
  if (hasApp) parts.push('app');
  if (flags.sandbox || parts.length === 0) parts.push('sandbox');
  return parts;
}

async function runAll(
  context: CommandContext,
  flags: SmokeFlags,
  checks: readonly AnySmokeCheck[],
): Promise<CheckResult[]> {
  const limit = Math.min((context.loaded.values.timeout ?? TIMEOUT_SECONDS) * 1000, MAX_TIMEOUT_MS);
  const hasApp = checks.some(({ group }) => group === 'app');
  const hasStory = checks.some(({ group }) => group === 'sandbox');
  const { smokeContext, close } = await openSmokeContext(context, flags, { hasApp, hasStory, limit });
  const progress = context.screen.progress('checking');
  try {
    const onChange = createUpdater(progress.update);
    return await runChecks(checks, smokeContext, {
      command: 'smoke',
      timeoutMs: limit,
      timeoutFor: 'all',
      onProgress: onChange,
    });
  } finally {
    progress.end();
    await close();
  }
}

/** Shows the running checks, but at most once a second: many end at the same time, and a log keeps every line. */
function createUpdater(update: (text: string) => void): (running: readonly string[]) => void {
  let updatedAt = Number.NEGATIVE_INFINITY;
  return (running) => {
    if (running.length === 0 || performance.now() - updatedAt < UPDATE_INTERVAL_MS) return;
    updatedAt = performance.now();
    const [first, ...others] = running;
    update(`checking ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`);
  };
}

function exitCodeFor(results: readonly CheckResult[]): number {
  const found = results.flatMap(({ findings }) => findings.map(({ id }) => id));
  if (found.length === 0) return ExitCode.done;
  return found.every((id) => MISSING.includes(id)) ? ExitCode.needsUser : ExitCode.fault;
}

function noApp(): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'choose the checks',
    reason: 'there is no app to check',
    tryNext: ['relay-phone smoke --app URL', 'relay-phone smoke -- COMMAND, which starts the app'],
  });
}
