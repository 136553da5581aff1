// `relay-phone conformance`: compares the sandbox with what Twilio documents, with Twilio itself, or with a capture.
import { resolve } from 'node:path';
import type { TwilioBehaviour } from '../../../conformance/behaviour.js';
import { selectBehaviours } from '../../../conformance/behaviours/behaviours.js';
import { createCapture, verifyWritable, writeCapture } from '../../../conformance/capture.js';
import { keepForTests, readKnown } from '../../../conformance/import.js';
import { toDecimal } from '../../../conformance/live/budget.js';
import {
  type ConformanceList,
  type ConformanceReport,
  createConformanceReport,
} from '../../../conformance/report.js';
import { type ConformanceRun, type Reference, runConformance } from '../../../conformance/run.js';
import { openSandboxSide } from '../../../conformance/sandbox-side.js';
import { shorten } from '../../../control-characters.js';
import { ExitCode } from '../../../errors.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import { type ConformanceFlags, DEFAULT_BUDGET } from './command.js';
import { showBehaviours, showConformance } from './show.js';

/** Runs the behaviours; exit code 6 if one differs. */
export async function run(ports: CliPorts, flags: ConformanceFlags): Promise<number> {
  const behaviours = selectBehaviours(flags.only ?? []);
  const context = await openCommandContext(ports, flags);
  if (!flags.live) warnOfIgnored(context, flags);
  if (flags.list) return list(context, behaviours);
  if (flags.import !== undefined) return importCapture(context, resolve(ports.cwd, flags.import), behaviours);
  if (flags.capture !== undefined) verifyWritable(resolve(ports.cwd, flags.capture));
  if (flags.live) return compareWithTwilio(context, flags, behaviours);
  const done = await compare(context, behaviours, { kind: 'documentation' });
  return conclude(context, flags, done, createConformanceReport('documentation', done));
}

/** Nothing is passed over in silence, least of all a budget. */
function warnOfIgnored({ screen }: CommandContext, flags: ConformanceFlags): void {
  const { number, budget, url, domain, authtokenFile } = flags;
  const given = {
    '--number': number,
    '--budget': budget,
    '--url': url,
    '--domain': domain,
    '--authtoken-file': authtokenFile,
  };
  for (const [option, value] of Object.entries(given))
    if (value !== undefined) screen.warn(`ignored: ${option} counts only with --live`);
}

function list({ screen }: CommandContext, behaviours: readonly TwilioBehaviour[]): number {
  showBehaviours(screen, behaviours);
  const report: ConformanceList = {
    command: 'conformance',
    behaviours: behaviours.map(({ id, group, title, row }) => ({ id, group, title, row })),
  };
  screen.document(report);
  return ExitCode.done;
}

async function compareWithTwilio(
  context: CommandContext,
  flags: ConformanceFlags,
  behaviours: readonly TwilioBehaviour[],
): Promise<number> {
  // Loaded here, because a run without an account needs neither journal nor tunnel.
  const { runLive } = await import('./live.js');
  return runLive(context, flags, behaviours, (runOne, budget) =>
    reportThoughInterrupted(context, async (signal) => {
      const done = await compare(context, behaviours, { kind: 'live', run: runOne }, signal);
      const spent = {
        amount: toDecimal(budget.spent()),
        currency: budget.currency,
        budget: flags.budget ?? DEFAULT_BUDGET,
      };
      context.screen.line(`Spent at most ${spent.amount} ${spent.currency} of ${spent.budget}.`);
      return conclude(context, flags, done, { ...createConformanceReport('live', done), spent });
    }),
  );
}

/** Ctrl-C aborts the signal, and the process does not end before `work` has reported what there is. */
function reportThoughInterrupted(
  { ports }: CommandContext,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const interruption = new AbortController();
  const reported = work(interruption.signal);
  ports.onInterrupt(async () => {
    interruption.abort();
    await reported;
  });
  return reported;
}

async function compare(
  { ports, screen }: CommandContext,
  behaviours: readonly TwilioBehaviour[],
  reference: Reference,
  signal?: AbortSignal,
): Promise<ConformanceRun> {
  const sandbox = await openSandboxSide(ports);
  const progress = screen.progress('running the behaviours');
  try {
    return await runConformance(behaviours, sandbox.side, reference, {
      ...(signal && { signal }),
      onStart: ({ group }, index) => {
        // A log keeps every line: one for each group.
        if (group !== behaviours[index - 1]?.group)
          progress.update(`${group} (${index} of ${behaviours.length} done)`);
      },
    });
  } finally {
    progress.end();
    await sandbox.close();
  }
}

/** Shows the results, and writes the capture that was asked for. */
function conclude(
  { ports, screen }: CommandContext,
  flags: ConformanceFlags,
  done: ConformanceRun,
  report: ConformanceReport,
): number {
  showConformance(screen, report);
  const path = flags.capture === undefined ? null : resolve(ports.cwd, flags.capture);
  if (path !== null) {
    writeCapture(path, createCapture(done, report.comparedWith === 'live' ? 'live' : 'sandbox', ports.now()));
    screen.done(`wrote ${path}`);
  }
  screen.document({ ...report, capture: path } satisfies ConformanceReport);
  return report.differs > 0 ? ExitCode.fault : ExitCode.done;
}

/** Compares the sandbox with a capture, and keeps that in a checkout of relay-phone. */
async function importCapture(
  context: CommandContext,
  path: string,
  selected: readonly TwilioBehaviour[],
): Promise<number> {
  const { ports, screen } = context;
  const { capture, unknown } = readKnown(path);
  if (unknown.length > 0)
    screen.warn(
      `${unknown.length} of its behaviours are not in this version: ${shorten(unknown.join(', '), 200)}`,
    );
  if (capture.interrupted) screen.warn('the capture is incomplete: Ctrl-C ended its run');
  const behaviours = selected.filter(({ id }) => Object.hasOwn(capture.recordings, id));
  const done = await compare(context, behaviours, { kind: 'capture', recordings: capture.recordings });
  const report = createConformanceReport('capture', done);
  showConformance(screen, report);
  const regressionTest = keepForTests(ports.cwd, capture) ?? null;
  if (regressionTest !== null) screen.done(`wrote ${regressionTest}; npm run fidelity raises its rows to R`);
  else if (capture.of === 'sandbox')
    screen.warn('the capture is of the sandbox, so it is no evidence about Twilio');
  else screen.line('In a checkout of relay-phone, this command would also keep the capture for its tests.');
  screen.document({ ...report, capture: path, regressionTest } satisfies ConformanceReport);
  return report.differs > 0 ? ExitCode.fault : ExitCode.done;
}
