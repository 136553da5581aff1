// Follows a text to its final status, and explains one that did not arrive.
import { RelayPhoneError } from '../errors.js';
import { errorPage, findAdvice } from '../twilio/advice.js';
import { explaining } from '../twilio/failure.js';
import type { Facts, Setup } from './setup.js';

/** How a text fared. `status` is Twilio's word; one that is not final means that we stopped waiting. */
export interface Delivery {
  readonly status: string;
  readonly errorCode: number | undefined;
}

const FINAL = new Set(['delivered', 'undelivered', 'failed', 'canceled', 'read']);
/** Milliseconds until each next look; the last one repeats. */
const WAITS = [50, 100, 250, 500, 1000, 2000];
const PATIENCE = 60_000;

/** Looks at the text until its status is final, at most a minute. */
export async function followText(setup: Setup, sid: string): Promise<Delivery> {
  const progress = setup.tell.progress('waiting for the text to arrive');
  const deadline = setup.now() + PATIENCE;
  try {
    for (let look = 0; ; look += 1) {
      const text = await explaining('follow the text', setup.client.account.messages(sid).fetch());
      const errorCode = (text.errorCode as number | null) ?? undefined;
      if (FINAL.has(text.status) || setup.now() >= deadline) return { status: text.status, errorCode };
      progress.update(`the text is ${text.status}`);
      await setup.sleep(WAITS[Math.min(look, WAITS.length - 1)] ?? PATIENCE);
    }
  } finally {
    progress.end();
  }
}

/** Why a text did not arrive, and what to do; undefined for one that did, or that was only planned. */
export function findDeliveryFault(text: Facts['text']): RelayPhoneError | undefined {
  if (!text || ['delivered', 'read', 'planned'].includes(text.status)) return undefined;
  const advice = text.errorCode === undefined ? undefined : findAdvice(text.errorCode);
  const code = text.errorCode === undefined ? '' : ` (Twilio ${text.errorCode})`;
  return new RelayPhoneError({
    kind: 'fault',
    task: `deliver the verification text to ${text.to}`,
    reason: FINAL.has(text.status)
      ? `it is ${text.status}: ${advice?.meaning ?? 'Twilio gives no reason'}${code}`
      : `after ${PATIENCE / 1000} s it is still ${text.status}; the carrier may give no receipt`,
    tryNext: advice?.tryNext ?? ['look at the phone', 'relay-phone init, which follows it on'],
    ...(text.errorCode !== undefined && { more: errorPage(text.errorCode), twilioCode: text.errorCode }),
  });
}
