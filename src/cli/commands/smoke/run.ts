// `relay-phone smoke`: tells a pipeline, in seconds and for nothing, whether the Twilio side still works.
import { type CheckResult, runChecks } from '../../../checks/run-checks.js';
import { hasNoPair } from '../../../checks/smoke/account/credentials.js';
import { type Choice, chooseChecks, findParts, SMOKE_CHECKS } from '../../../checks/smoke/checks.js';
import { createSmokeList, createSmokeReport, listUnlooked } from '../../../checks/smoke/report.js';
import type { AnySmokeCheck, SmokePart } from '../../../checks/smoke/subject.js';
import { ExitCode, RelayPhoneError } from '../../../errors.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import type { SmokeFlags } from './command.js';
import { openJunit, tellGithub } from './publish.js';
import { showList, showSmoke } from './show.js';
import { openSubject } from './subject.js';

/** Seconds for all of it. */
const PATIENCE = 60;
/** Milliseconds: the longest that a timer takes. */
const LONGEST = 2 ** 31 - 1;
/** Milliseconds between two pieces of news for people. */
const NEWS = 1000;
/** What is missing, and not wrong. */
const MISSING: readonly string[] = ['credentials-missing', 'signing-token-missing'];

/** Looks, and ends with 6 when something is wrong, 3 when only credentials are missing. */
export async function run(ports: CliPorts, flags: SmokeFlags): Promise<number> {
  const { command } = flags;
  const context = await openCommandContext(ports, flags);
  if (flags.list) return list(context);
  const choice = { only: readNames(flags.only), skip: readNames(flags.skip) };
  const parts = chooseParts(ports, flags, choice, command);
  const checks = chooseChecks(parts, choice);
  const writeJunit = openJunit(ports, flags.junit);
  const startedAt = ports.now();
  const start = performance.now();
  const results = await look(ports, context, flags, { checks, command });
  const report = createSmokeReport(results, performance.now() - start);
  showSmoke(context.screen, results, listUnlooked(report));
  context.screen.document(report);
  writeJunit(report, startedAt);
  tellGithub(ports, context.screen, report);
  return exitCodeFor(results);
}

function list({ screen }: CommandContext): number {
  showList(screen, SMOKE_CHECKS);
  screen.document(createSmokeList(SMOKE_CHECKS));
  return ExitCode.done;
}

/** May be repeated, and separated by commas. */
function readNames(given: readonly string[] = []): string[] {
  return given
    .flatMap((one) => one.split(','))
    .map((name) => name.trim())
    .filter(Boolean);
}

/** Those that were asked for; where nothing was, what needs neither account nor app. */
function chooseParts(
  { environment }: CliPorts,
  flags: SmokeFlags,
  { only }: Choice,
  command: readonly string[],
): SmokePart[] {
  const hasApp = flags.app !== undefined || command.length > 0;
  if (only.length > 0) {
    const parts = findParts(only);
    if (parts.includes('app') && !hasApp) throw noApp();
    return parts;
  }
  const parts: SmokePart[] = [];
  if (flags.testAccount || flags.allowMissing || !hasNoPair(environment)) parts.push('account');
  if (hasApp) parts.push('app');
  if (flags.sandbox || parts.length === 0) parts.push('sandbox');
  return parts;
}

interface Looking {
  readonly checks: readonly AnySmokeCheck[];
  readonly command: readonly string[];
}

async function look(
  ports: CliPorts,
  context: CommandContext,
  flags: SmokeFlags,
  { checks, command }: Looking,
): Promise<CheckResult[]> {
  const limit = Math.min((context.loaded.values.timeout ?? PATIENCE) * 1000, LONGEST);
  const hasApp = checks.some(({ group }) => group === 'app');
  const progress = context.screen.progress('looking');
  const { subject, close } = await openSubject(ports, context, flags, { command, hasApp, limit });
  try {
    const onChange = createNews(progress.update);
    return await runChecks(checks, subject, { command: 'smoke', limit, isForAll: true, onChange });
  } finally {
    progress.end();
    await close();
  }
}

/** Tells what still goes on, but not of every step: many checks end in the same instant, and a log keeps each line. */
function createNews(tell: (text: string) => void): (running: readonly string[]) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (running) => {
    if (running.length === 0 || performance.now() - toldAt < NEWS) return;
    toldAt = performance.now();
    const [first, ...others] = running;
    tell(`looking at ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`);
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
    reason: 'there is no app to look at',
    tryNext: ['relay-phone smoke --app URL', 'relay-phone smoke -- COMMAND, which starts it'],
  });
}
