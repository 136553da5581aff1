// Finds a verification text at Twilio and follows it to its final status; explains a text that did not arrive.
import { RelayPhoneError } from '../errors.js';
import { findCode } from '../text-code.js';
import { errorPage, findAdvice } from '../twilio/advice.js';
import { explaining, explainTwilioFailure, isNotFound } from '../twilio/failure.js';
import type { PhoneText, Setup, SetupFacts } from './setup.js';

/** The delivery status of a text, in Twilio's words. A status that is not final means that we stopped waiting. */
export interface TextDelivery {
  readonly status: string;
  readonly errorCode: number | undefined;
}

const FINAL = new Set(['delivered', 'undelivered', 'failed', 'canceled', 'read']);
/** Delays between requests for the status; the last one repeats. */
const STATUS_DELAYS_MS = [50, 100, 250, 500, 1000, 2000];
const DELIVERY_TIMEOUT_MS = 60_000;
/** What to run, by command, if the text may have arrived after all. */
const RETRY_ADVICE: Readonly<Record<string, string>> = {
  init: 'relay-phone init, which continues to follow it',
  'send-test': 'relay-phone send-test --verify --code NNNNNN, if the code arrived after all',
};

/** How many of the newest texts to a phone are searched. */
const SEARCH_LIMIT = 50;
const SEARCH_INTERVAL_MS = 250;
const SEARCH_TIMEOUT_MS = 10_000;

/**
 * Asks for the status of a text until it is final, for at most a minute.
 *
 * @param ifDeleted the outcome to return if the text no longer exists at Twilio; without it that is an error
 * @throws RelayPhoneError `refused` or `network` if the status cannot be fetched.
 */
export async function followText(setup: Setup, sid: string, ifDeleted?: TextDelivery): Promise<TextDelivery> {
  const progress = setup.output.progress('waiting for the text to arrive');
  const deadline = setup.now() + DELIVERY_TIMEOUT_MS;
  try {
    for (let requests = 0; ; requests += 1) {
      const { status, errorCode } = await fetchStatus(setup, sid, ifDeleted);
      if (FINAL.has(status) || setup.now() >= deadline) return { status, errorCode };
      progress.update(`the text is ${status}`);
      await setup.sleep(
        STATUS_DELAYS_MS[Math.min(requests, STATUS_DELAYS_MS.length - 1)] ?? DELIVERY_TIMEOUT_MS,
      );
    }
  } finally {
    progress.end();
  }
}

async function fetchStatus(
  setup: Setup,
  sid: string,
  ifDeleted: TextDelivery | undefined,
): Promise<TextDelivery> {
  try {
    const { status, errorCode } = await setup.client.account.messages(sid).fetch();
    return { status, errorCode: (errorCode as number | null) ?? undefined };
  } catch (error) {
    if (ifDeleted && isNotFound(error)) return ifDeleted;
    throw explainTwilioFailure('follow the text', error);
  }
}

/**
 * Explains why a text did not arrive and what to run; undefined if it was delivered, or is only planned.
 *
 * @param command the command that followed the text, for advice
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
      : `after ${DELIVERY_TIMEOUT_MS / 1000} s it is still ${text.status}; some carriers send no delivery receipt`,
    tryNext: advice?.tryNext ?? [
      'look at the phone',
      RETRY_ADVICE[command] ?? `relay-phone ${command}, to send another one`,
    ],
    ...(text.errorCode !== undefined && { more: errorPage(text.errorCode), twilioCode: text.errorCode }),
  });
}

/**
 * Lists the texts to a phone that hold a code, newest first, as Twilio lists them. In the sandbox this includes texts
 * that the app deleted at Twilio after delivery.
 */
export async function listCodeTexts(setup: Setup, to: string): Promise<readonly PhoneText[]> {
  const listing = setup.client.account.messages.list({ to, limit: SEARCH_LIMIT });
  const rows = await explaining('look for the text', listing);
  const shown = (await setup.phones?.listTexts(to)) ?? [];
  const sids = new Set(rows.map(({ sid }) => sid));
  const all = [...rows, ...shown.filter(({ sid }) => !sids.has(sid)).reverse()];
  return all.filter(({ body }) => findCode(body) !== undefined);
}

/**
 * Waits for a text with a code that is not among `before`, from the main number if that is known. It compares SIDs with
 * `before`, because the app does not return the SID of its text, and the clocks of app and Twilio may differ.
 *
 * @throws RelayPhoneError `fault` if no such text appears within ten seconds.
 */
export async function waitForCodeText(
  setup: Setup,
  to: string,
  before: readonly PhoneText[],
): Promise<PhoneText> {
  const { mainNumber } = setup.settings;
  const known = new Set(before.map(({ sid }) => sid));
  const deadline = setup.now() + SEARCH_TIMEOUT_MS;
  const progress = setup.output.progress('waiting for the text to appear at Twilio');
  try {
    for (;;) {
      const fresh = (await listCodeTexts(setup, to)).filter(({ sid }) => !known.has(sid));
      const text = fresh.find(({ from }) => !mainNumber || from === mainNumber);
      if (text) return text;
      if (setup.now() >= deadline) throw textNotFound(setup, to, fresh[0]);
      await setup.sleep(SEARCH_INTERVAL_MS);
    }
  } finally {
    progress.end();
  }
}

/** @param other a new text from another number than the main number */
function textNotFound({ client, settings, target }: Setup, to: string, other: PhoneText | undefined) {
  const task = `find the text to ${to}`;
  const restart = 'restart the app: it reads .env only once';
  if (other) {
    const reason = `the app sent it from ${other.from}, but the main number here is ${settings.mainNumber}`;
    const tryNext = [restart, "compare TWILIO_MAIN_NUMBER in the app's .env"];
    return new RelayPhoneError({ kind: 'fault', task, reason, tryNext });
  }
  const where = target === 'sandbox' ? 'the sandbox' : `account ${client.accountSid}`;
  return new RelayPhoneError({
    kind: 'fault',
    task,
    reason: `the app reports the text as sent, but ${where} has no new text with a code to that phone`,
    tryNext: [
      "compare TWILIO_ACCOUNT_SID in the app's .env with relay-phone status: the app may use another account",
      restart,
      ...(target === 'sandbox' ? ["check that the app's requests to Twilio go to this sandbox"] : []),
    ],
  });
}
