// `relay-phone sandbox traces`: lists what each act in the sandbox led to, or shows one trace event by event.
import { ExitCode, RelayPhoneError } from '../../../../errors.js';
import type { ControlClient } from '../../../../sandbox/control/client.js';
import { joinSandbox } from '../../../../sandbox/instance/join.js';
import type { TraceReport, TracesReport } from '../../../../sandbox/report.js';
import type { KnownTrace, TraceDetails } from '../../../../sandbox/traces/trace-log.js';
import { type CommandContext, openCommandContext, waitForLock } from '../../../core/command-context.js';
import { wrap } from '../../../core/layout.js';
import type { CliPorts } from '../../../core/ports.js';
import type { Screen } from '../../../core/screen.js';
import { findTraceNumber } from '../../../core/trace-number.js';
import type { SandboxTracesFlags } from './command.js';
import { layOutTree } from './trace-lines.js';

/** Shows a list of traces, or one trace; exit code 2 if that one is unknown. */
export async function run(ports: CliPorts, flags: SandboxTracesFlags): Promise<number> {
  const context = await openCommandContext(ports, flags);
  if (flags.id === undefined) await showList(context, flags);
  else await showOne(context, flags.id);
  return ExitCode.done;
}

async function showList(
  context: CommandContext,
  { limit, number, failed }: SandboxTracesFlags,
): Promise<void> {
  const { screen } = context;
  const traces = await withControl(context, (control) => control.traces({ limit, number, failed }));
  for (const trace of traces ?? []) showSummary(screen, trace);
  if (!traces || traces.length === 0) {
    const which = number !== undefined || failed ? 'No such trace is kept.' : 'There is no trace yet.';
    screen.line(`${which} A sandbox keeps its traces until it ends.`);
  }
  const report: TracesReport = { command: 'sandbox traces', traces: traces ?? [] };
  screen.document(report);
}

async function showOne(context: CommandContext, id: string): Promise<void> {
  const { screen } = context;
  const trace = await withControl(context, (control) => control.trace(id));
  if (!trace) throw nothingRan(id);
  showSummary(screen, trace);
  if (trace.isGuessed) screen.line('        Some causes are guesses.');
  if (!trace.isComplete) screen.line('        Its first events are no longer kept.');
  screen.line('');
  for (const { rows, outcome } of layOutTree(trace.tree, screen.layout)) screen.rows(rows, outcome);
  screen.document(formatReport(trace));
}

function formatReport({ tree, ...trace }: TraceDetails): TraceReport {
  const nodes = tree.map((node) => ({ ...node, event: { ...node.event } }));
  return { command: 'sandbox traces', trace: { ...trace, tree: nodes } };
}

/** Calls `work` with the sandbox of the state folder. @returns undefined without a state folder, where nothing ran */
async function withControl<T>(
  context: CommandContext,
  work: (control: ControlClient) => Promise<T>,
): Promise<T | undefined> {
  const folder = context.state.find();
  if (!folder) return undefined;
  const sandbox = await joinSandbox(folder, waitForLock(context, 'sandbox traces'));
  try {
    return await work(sandbox.control);
  } finally {
    await sandbox.close();
  }
}

function showSummary(screen: Screen, trace: KnownTrace): void {
  const { traceId, startedAt, state, worst, sentence } = trace;
  screen.outcome(`${findTraceNumber(traceId)}  ${startedAt.slice(11, 23)}  ${state}, ${worst}`, worst);
  screen.rows(wrap(' '.repeat(8), sentence, screen.layout.columns));
}

function nothingRan(id: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: `find the trace ${id}`,
    reason: 'no sandbox has run here',
    tryNext: ['relay-phone sandbox', '--state-dir PATH of the sandbox'],
  });
}
