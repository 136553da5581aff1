// Finds the verification text that an app sent: the app does not say its SID, and the clocks need not agree.
import { RelayPhoneError } from '../errors.js';
import { explaining } from '../twilio/failure.js';
import type { PhoneText, Setup } from './setup.js';

/** How many of the newest texts to a phone are looked at. */
const NEWEST = 50;
/** Milliseconds between two looks, and for all of them. */
const WAIT = 250;
const PATIENCE = 10_000;
const CODE = /(?<!\d)\d{6}(?!\d)/;

/** The six-digit code in a text; undefined when there is none. */
export function findCode(body: string): string | undefined {
  return CODE.exec(body)?.[0];
}

/**
 * The texts to a phone that hold a code, newest first: as Twilio lists them, and in the sandbox also those that the app
 * deleted at Twilio once they were on the phone.
 */
export async function listCodeTexts(setup: Setup, to: string): Promise<readonly PhoneText[]> {
  const listing = setup.client.account.messages.list({ to, limit: NEWEST });
  const rows = await explaining('look for the text', listing);
  const shown = (await setup.phones?.listTexts(to)) ?? [];
  const sids = new Set(rows.map(({ sid }) => sid));
  const all = [...rows, ...shown.filter(({ sid }) => !sids.has(sid)).reverse()];
  return all.filter(({ body }) => findCode(body) !== undefined);
}

/**
 * Waits for a text that is not among `before`, from the main number where one is known.
 *
 * @throws RelayPhoneError `fault` when there is none after ten seconds.
 */
export async function waitForCodeText(
  setup: Setup,
  to: string,
  before: readonly PhoneText[],
): Promise<PhoneText> {
  const { mainNumber } = setup.settings;
  const known = new Set(before.map(({ sid }) => sid));
  const deadline = setup.now() + PATIENCE;
  const progress = setup.output.progress('waiting for the text to appear at Twilio');
  try {
    for (;;) {
      const fresh = (await listCodeTexts(setup, to)).filter(({ sid }) => !known.has(sid));
      const text = fresh.find(({ from }) => !mainNumber || from === mainNumber);
      if (text) return text;
      if (setup.now() >= deadline) throw notThere(setup, to, fresh[0]);
      await setup.sleep(WAIT);
    }
  } finally {
    progress.end();
  }
}

function notThere({ client, settings, target }: Setup, to: string, other: PhoneText | undefined) {
  const task = `find the text to ${to}`;
  const restart = 'restart the app: it reads .env only once';
  if (other) {
    const reason = `the app sent it from ${other.from}, and the main number here is ${settings.mainNumber}`;
    const tryNext = [restart, "compare TWILIO_MAIN_NUMBER in the app's .env"];
    return new RelayPhoneError({ kind: 'fault', task, reason, tryNext });
  }
  const where = target === 'sandbox' ? 'the sandbox' : `account ${client.accountSid}`;
  return new RelayPhoneError({
    kind: 'fault',
    task,
    reason: `the app says that it was sent, but ${where} has no new text with a code to that phone`,
    tryNext: [
      "compare TWILIO_ACCOUNT_SID in the app's .env with relay-phone status: the app may use another account",
      restart,
      ...(target === 'sandbox' ? ["see that the app's requests to Twilio go into this sandbox"] : []),
    ],
  });
}
