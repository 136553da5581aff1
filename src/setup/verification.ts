// Sends a verification text as Relay does, once, and follows it; what was sent is in the journal.
import { randomInt } from 'node:crypto';
import { explaining, explainTwilioFailure, mayHaveHappened } from '../twilio/failure.js';
import type { Change, ChangeDataOf } from './changes.js';
import { followText } from './delivery.js';
import { required, type Setup } from './setup.js';

/** A text that is in the journal. */
export type VerificationText = Change<ChangeDataOf<'text-sent'>>;

/**
 * Sends once. After an unclear answer it looks for the text; it never sends a second one.
 *
 * @throws RelayPhoneError `refused` or `network`; a text of which it stayed unclear is looked for by the next run.
 */
export async function sendVerificationText(
  setup: Setup,
  from: string,
  to: string,
): Promise<VerificationText> {
  const body = `Your Firefox Relay verification code is ${randomInt(1_000_000).toString().padStart(6, '0')}`;
  const change = setup.journal.intend({ kind: 'text-sent', from, to, body });
  try {
    const { sid } = await setup.client.account.messages.create({ from, to, body });
    return setup.journal.done(change, { sid });
  } catch (error) {
    const task = `send the verification text to ${to}`;
    if (!mayHaveHappened(error)) {
      setup.journal.abandoned(change);
      throw explainTwilioFailure(task, error);
    }
    const sid = await findAtTwilio(setup, change);
    if (sid) return setup.journal.done(change, { sid });
    throw explainTwilioFailure(
      `${task} (Twilio does not list it; the next run looks again before it sends)`,
      error,
    );
  }
}

/** Finds out how a text ended that an interrupted run had only begun. */
export async function settleText(setup: Setup, change: Change): Promise<void> {
  const { data } = change;
  if (data.kind !== 'text-sent') return;
  const sid = await findAtTwilio(setup, { ...change, data });
  if (sid) setup.journal.done({ ...change, data }, { sid });
  else setup.journal.abandoned(change);
}

/** Follows a text to its final status, which goes into the journal and the facts. @returns how it fared, in words */
export async function followVerificationText(setup: Setup, change: VerificationText): Promise<string> {
  const { from, to, sid } = change.data;
  const { status, errorCode } = await followText(setup, required(sid));
  setup.journal.note(change, { status, ...(errorCode !== undefined && { errorCode }) });
  const shown = await setup.phones?.findText(to, required(sid));
  setup.facts.text = { sid, from, to, status, errorCode, shown };
  return formatText(setup.facts.text);
}

/** How a text fared, in words. */
export function formatText({ status, to, shown }: NonNullable<Setup['facts']['text']>): string {
  return `${status} to ${to}${shown ? `, which shows: ${shown}` : ''}`;
}

/** The code makes the body its own fingerprint. */
async function findAtTwilio(setup: Setup, { data }: VerificationText): Promise<string | undefined> {
  const { from, to, body } = data;
  const rows = await explaining(
    'look for the text',
    setup.client.account.messages.list({ from, to, limit: 50 }),
  );
  return rows.find((row) => row.body.endsWith(body))?.sid;
}
