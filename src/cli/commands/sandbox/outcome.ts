// Says in a sentence what an act came to, at the end of `text` and `call` and in lists of traces.
import type { ControlClient } from '../../../sandbox/control/client.js';
import type { TraceResult } from '../../../sandbox/traces/sentence.js';
import type { TraceSummary } from '../../../sandbox/traces/summary.js';
import type { Screen } from '../../core/screen.js';
import { wrap } from './traces/trace-lines.js';

/** How the screen marks a trace, by its worst result. */
export const SIGNS = { done: 'done', warning: 'warn', failed: 'fault' } as const satisfies Readonly<
  Record<TraceSummary['worst'], keyof Screen>
>;

/**
 * Shows what a trace came to, and the likely reason if the app fails and has never reached this sandbox.
 *
 * @returns the sentence, and whether it tells of success: `text` and `call` exit with 6 if it does not
 * @throws RelayPhoneError `usage` if no event of the trace is kept.
 */
export async function showOutcome(
  screen: Screen,
  control: ControlClient,
  traceId: string,
): Promise<TraceResult> {
  const { worst, sentence, succeeded } = await control.trace(traceId);
  const [first = '', ...others] = wrap(sentence);
  screen[SIGNS[worst]](first);
  for (const line of others) screen.line(`      ${line}`);
  const { app } = await control.state();
  if (app.failedWebhooks > 0 && app.requests === 0) {
    screen.warn('The app has never asked this Twilio for anything.');
    screen.advice(['start it through relay-phone exec -- COMMAND: else its requests go to the real Twilio']);
  }
  return { sentence, succeeded };
}
