// Plays keys to the remote party, with the pauses between them: `digits` of <Play>, `sendDigits` of <Number> and calls.
import type { Clock } from '../../platform/clock.js';
import { wait } from '../../platform/timers.js';
import type { Leg } from '../legs/leg.js';

/** Milliseconds of the pauses. `W` is only in `SendDigits` of the REST API. */
const PAUSES: Readonly<Record<string, number>> = { w: 500, W: 1000 };

/**
 * Plays keys. Those between two pauses are heard as one sound, the pauses are not heard. See the attribute `digits` of
 * https://www.twilio.com/docs/voice/twiml/play.
 *
 * @throws the signal's reason.
 */
export async function playKeys(
  { leg, signal }: { readonly leg: Pick<Leg, 'play'>; readonly signal: AbortSignal },
  digits: string,
  { clock }: { readonly clock: Clock },
): Promise<void> {
  for (const part of digits.split(/([wW])/)) {
    const pauseMs = PAUSES[part];
    if (pauseMs !== undefined) await wait(clock, pauseMs, signal);
    else if (part !== '') leg.play({ kind: 'keys', content: part.toUpperCase() });
  }
}
