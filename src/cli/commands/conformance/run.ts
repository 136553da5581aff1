// `relay-phone conformance`: compares the sandbox with what Twilio documents, with Twilio itself, or with a capture.
import { resolve } from 'node:path';
import type { TwilioBehaviour } from '../../../conformance/behaviour.js';
import { selectBehaviours } from '../../../conformance/behaviours/behaviours.js';
import { createCapture, writeCapture } from '../../../conformance/capture.js';
import {
  type ConformanceList,
  type ConformanceReport,
  createConformanceReport,
} from '../../../conformance/report.js';
import { type ConformanceRun, type Reference, runConformance } from '../../../conformance/run.js';
import { openSandboxSide } from '../../../conformance/sandbox-side.js';
import { ExitCode } from '../../../errors.js';
import { type CommandContext, openCommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';
import type { ConformanceFlags } from './command.js';
import { showBehaviours, showConformance } from './show.js';

/** Runs the behaviours; exit code 6 if one differs. */
export async function run(ports: CliPorts, flags: ConformanceFlags): Promise<number> {
  const behaviours = selectBehaviours(flags.only ?? []);
  const context = await openCommandContext(ports, flags);
  if (flags.list) return list(context, behaviours);
  const done = await compare(context, behaviours, { kind: 'documentation' });
  const report = createConformanceReport('documentation', done.results);
  const { screen } = context;
  showConformance(screen, report);
  const capture = flags.capture === undefined ? null : keepCapture(context, flags.capture, done, 'sandbox');
  screen.document({ ...report, capture } satisfies ConformanceReport);
  return report.differs > 0 ? ExitCode.fault : ExitCode.done;
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

async function compare(
  { ports, screen }: CommandContext,
  behaviours: readonly TwilioBehaviour[],
  reference: Reference,
): Promise<ConformanceRun> {
  const sandbox = await openSandboxSide(ports);
  ports.onInterrupt(sandbox.close);
  const progress = screen.progress('running the behaviours');
  try {
    return await runConformance(behaviours, sandbox.side, reference, ({ group }, index) => {
      // A log keeps every line: one for each group.
      if (group !== behaviours[index - 1]?.group)
        progress.update(`${group} (${index} of ${behaviours.length} done)`);
    });
  } finally {
    progress.end();
    await sandbox.close();
  }
}

function keepCapture(
  { ports, screen }: CommandContext,
  file: string,
  { recordings }: ConformanceRun,
  of: 'live' | 'sandbox',
): string {
  const path = resolve(ports.cwd, file);
  writeCapture(path, createCapture(recordings, of, ports.now()));
  screen.done(`wrote ${path}`);
  return path;
}
