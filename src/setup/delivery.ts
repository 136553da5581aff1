// Follows a text to its final status, and explains one that did not arrive.
import { RelayPhoneError } from '../errors.js';
import { errorPage, findAdvice } from '../twilio/advice.js';
import { explainTwilioFailure, isNotFound } from '../twilio/failure.js';
import type { Setup, SetupFacts } from './setup.js';

/** How a text fared. `status` is Twilio's word; one that is not final means that we stopped waiting. */
export interface TextDelivery {
  readonly status: string;
  readonly errorCode: number | undefined;
}

const FINAL = new Set(['delivered', 'undelivered', 'failed', 'canceled', 'read']);
/** Milliseconds until each next look; the last one repeats. */
const WAITS = [50, 100, 250, 500, 1000, 2000];
const PATIENCE = 60_000;
/** What to run when the text may have come all the same. */
const AGAIN: Readonly<Record<string, string>> = {
  init: 'relay-phone init, which follows it on',
  'send-test': 'relay-phone send-test --verify --code NNNNNN, when the code is there all the same',
};

/**
 * Looks at the text until its status is final, at most a minute.
 *
 * @param gone what a text counts as that is no longer at Twilio; by default that is an error
 */
export async function followText(setup: Setup, sid: string, gone?: TextDelivery): Promise<TextDelivery> {
  const progress = setup.output.progress('waiting for the text to arrive');
  const deadline = setup.now() + PATIENCE;
  try {
    for (let looks = 0; ; looks += 1) {
      const { status, errorCode } = await look(setup, sid, gone);
      if (FINAL.has(status) || setup.now() >= deadline) return { status, errorCode };
      progress.update(`the text is ${status}`);
      await setup.sleep(WAITS[Math.min(looks, WAITS.length - 1)] ?? PATIENCE);
    }
  } finally {
    progress.end();
  }
}

async function look(setup: Setup, sid: string, gone: TextDelivery | undefined): Promise<TextDelivery> {
  try {
    const { status, errorCode } = await setup.client.account.messages(sid).fetch();
    return { status, errorCode: (errorCode as number | null) ?? undefined };
  } catch (error) {
    if (gone && isNotFound(error)) return gone;
    throw explainTwilioFailure('follow the text', error);
  }
}

/**
 * Why a text did not arrive, and what to do; undefined for one that did, or that was only planned.
 *
 * @param command the command that followed it, for advice
 */
export function findDeliveryFault(text: SetupFacts['text'], command: string): RelayPhoneError | undefined {
  if (!text || ['delivered', 'read', 'planned'].includes(text.status)) return undefined;
  const advice = text.errorCode === undefined ? undefined : findAdvice(text.errorCode);
  const code = text.errorCode === undefined ? '' : ` (Twilio ${text.errorCode})`;
  return new RelayPhoneError({
    kind: 'fault',
    task: `deliver the verification text to ${text.to}`,
    reason: FINAL.has(text.status)
      ? `it is ${text.status}: ${advice?.meaning ?? 'Twilio gives no reason'}${code}`
      : `after ${PATIENCE / 1000} s it is still ${text.status}; the carrier may give no receipt`,
    tryNext: advice?.tryNext ?? ['look at the phone', AGAIN[command] ?? `relay-phone ${command}, once more`],
    ...(text.errorCode !== undefined && { more: errorPage(text.errorCode), twilioCode: text.errorCode }),
  });
}
