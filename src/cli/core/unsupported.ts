// Shows what was asked for that the sandbox lacks, with what asked for it and the trace to look at.
import type { JoinedSandbox } from '../../sandbox/instance/join.js';
import {
  describeUnsupportedUse,
  type UnsupportedUse,
} from '../../sandbox/platform/events/unsupported-use.js';
import type { CommandContext } from './command-context.js';
import { findTraceNumber } from './trace-number.js';

/**
 * Starts a list of what is asked for from now on.
 *
 * @returns a function that reads the list, once it is complete
 * @throws RelayPhoneError `network` if the sandbox is gone; the returned function too
 */
export async function listUnsupportedFromNow(
  sandbox: Pick<JoinedSandbox, 'accept' | 'control'>,
): Promise<() => Promise<readonly UnsupportedUse[]>> {
  const since = await findPosition(sandbox);
  return () => sandbox.control.unsupported({ since });
}

/**
 * Returns the id of the last event before those of the command.
 *
 * @throws RelayPhoneError `network` if the sandbox is gone
 */
export async function findPosition({
  accept,
  control,
}: Pick<JoinedSandbox, 'accept' | 'control'>): Promise<number> {
  // A sandbox in this process is as old as the command.
  return accept ? 0 : (await control.state()).lastEventId;
}

/**
 * Shows each use as a fault, with the act that led to it. The trace is advised only if the sandbox runs on, because it ends
 * with the sandbox.
 */
export async function showUnsupported(
  { screen }: Pick<CommandContext, 'screen'>,
  { accept, control }: Pick<JoinedSandbox, 'accept' | 'control'>,
  uses: readonly UnsupportedUse[],
): Promise<void> {
  for (const use of uses) {
    screen.fault(describeUnsupportedUse(use));
    // A reset forgets the trace.
    const trace = await control.trace(use.traceId).catch(() => undefined);
    // Without a webhook, the request is all there is to the trace.
    if (trace && trace.counts.webhooks > 0) screen.detail(trace.sentence);
    if (trace && !accept) screen.advice([adviseTrace(use)]);
  }
}

/** Returns the command that shows a trace. */
export function adviseTrace({ traceId }: Pick<UnsupportedUse, 'traceId'>): string {
  return `relay-phone sandbox traces ${findTraceNumber(traceId)}`;
}
