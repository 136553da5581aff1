// Says in a sentence what an act came to, at the end of `text` and `call` and in lists of traces.
import type { JoinedSandbox } from '../../../sandbox/instance/join.js';
import {
  describeUnsupportedUse,
  listUses,
  type UnsupportedUse,
} from '../../../sandbox/platform/events/unsupported-use.js';
import type { TraceResult } from '../../../sandbox/traces/sentence.js';
import { warnOfBlindApp } from '../../core/blind-app.js';
import type { CommandContext } from '../../core/command-context.js';
import { findPageLink } from '../../core/page-link.js';
import { adviseTrace } from '../../core/unsupported.js';

/** What an act came to. */
export interface ShownOutcome extends TraceResult {
  /** What it met that the sandbox lacks. */
  readonly unsupported: readonly UnsupportedUse[];
  /** True if that is a failure, because the sandbox is strict. */
  readonly hasFailedStrictly: boolean;
}

/**
 * Shows what a trace came to, where a running page shows it, and the likely reason if the app fails and has never reached
 * this sandbox.
 *
 * @returns the sentence, and whether it tells of success: `text` and `call` exit with 6 if it does not
 * @throws RelayPhoneError `usage` if no event of the trace is kept.
 */
export async function showOutcome(
  context: CommandContext,
  sandbox: JoinedSandbox,
  traceId: string,
): Promise<ShownOutcome> {
  const { control, failsOnUnsupported } = sandbox;
  const { worst, sentence, succeeded, tree } = await control.trace(traceId);
  const unsupported = listUses(tree.map(({ event }) => event));
  const hasFailedStrictly = failsOnUnsupported && unsupported.length > 0;
  // The sign of a fault means exit code 6, and nothing else does.
  const side = worst === 'done' ? 'done' : 'warning';
  context.screen.outcome(sentence, succeeded && !hasFailedStrictly ? side : 'failed');
  const link = findPageLink(context, `/t/${traceId}`);
  if (link !== undefined) context.screen.detail(link);
  if (hasFailedStrictly) showUses(context, unsupported);
  await warnOfBlindApp(context, control);
  return { sentence, succeeded, unsupported, hasFailedStrictly };
}

/** The sandbox runs on: a strict one is always another process. */
function showUses({ screen }: CommandContext, uses: readonly UnsupportedUse[]): void {
  for (const use of uses) screen.fault(describeUnsupportedUse(use));
  const [latest] = uses.slice(-1);
  if (latest) screen.advice([adviseTrace(latest)]);
}
