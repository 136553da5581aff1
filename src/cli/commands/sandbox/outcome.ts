// Says in a sentence what an act came to, at the end of `text` and `call` and in lists of traces.
import type { ControlClient } from '../../../sandbox/control/client.js';
import type { TraceResult } from '../../../sandbox/traces/sentence.js';
import { warnOfBlindApp } from '../../core/blind-app.js';
import type { CommandContext } from '../../core/command-context.js';
import { findPageLink } from '../../core/page-link.js';

/**
 * Shows what a trace came to, where a running page shows it, and the likely reason if the app fails and has never reached
 * this sandbox.
 *
 * @returns the sentence, and whether it tells of success: `text` and `call` exit with 6 if it does not
 * @throws RelayPhoneError `usage` if no event of the trace is kept.
 */
export async function showOutcome(
  context: CommandContext,
  control: ControlClient,
  traceId: string,
): Promise<TraceResult> {
  const { worst, sentence, succeeded } = await control.trace(traceId);
  // The sign of a fault means exit code 6, and nothing else does.
  const side = worst === 'done' ? 'done' : 'warning';
  context.screen.outcome(sentence, succeeded ? side : 'failed');
  const link = findPageLink(context, `/t/${traceId}`);
  if (link !== undefined) context.screen.detail(link);
  await warnOfBlindApp(context, control);
  return { sentence, succeeded };
}
