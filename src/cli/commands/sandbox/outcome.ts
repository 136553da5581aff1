// Says in a sentence what an act came to, at the end of `text` and `call` and in lists of traces.
import type { ControlClient } from '../../../sandbox/control/client.js';
import type { TraceSummary } from '../../../sandbox/traces/summary.js';
import { warnOfBlindApp } from '../../core/blind-app.js';
import type { CommandContext } from '../../core/command-context.js';
import type { Screen } from '../../core/screen.js';
import { wrap } from './traces/trace-lines.js';

/** How the screen marks a trace, by its worst result. */
export const SIGNS = { done: 'done', warning: 'warn', failed: 'fault' } as const satisfies Readonly<
  Record<TraceSummary['worst'], keyof Screen>
>;

/**
 * Shows what a trace came to, and the likely reason if the app fails and has never reached this sandbox.
 *
 * @returns the sentence
 * @throws RelayPhoneError `usage` if no event of the trace is kept.
 */
export async function showOutcome(
  context: CommandContext,
  control: ControlClient,
  traceId: string,
): Promise<string> {
  const { screen } = context;
  const { worst, sentence } = await control.trace(traceId);
  const [first = '', ...others] = wrap(sentence);
  screen[SIGNS[worst]](first);
  for (const line of others) screen.line(`      ${line}`);
  await warnOfBlindApp(context, control);
  return sentence;
}
