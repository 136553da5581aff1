// Sends a verification text as Relay does, once, and follows it; what was sent is in the journal.
import { randomInt } from 'node:crypto';
import { explaining, explainTwilioFailure, mayHaveHappened } from '../twilio/failure.js';
import type { Change, ChangeDataOf } from './changes.js';
import { followText } from './delivery.js';
import { need, type Setup } from './setup.js';

/** A text that is in the journal. */
export type Text = Change<ChangeDataOf<'text-sent'>>;

/**
 * Sends once. After an unclear answer it looks for the text; it never sends a second one.
 *
 * @throws RelayPhoneError `refused` or `network`; a text of which it stayed unclear is looked for by the next run.
 */
export async function sendText(setup: Setup, from: string, to: string): Promise<Text> {
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
  const { deed } = change;
  if (deed.kind !== 'text-sent') return;
  const sid = await findAtTwilio(setup, { ...change, deed });
  if (sid) setup.journal.done({ ...change, deed }, { sid });
  else setup.journal.abandoned(change);
}

/** Follows a text to its final status, which goes into the journal and the facts. @returns how it fared, in words */
export async function finishText(setup: Setup, change: Text): Promise<string> {
  const { from, to, sid } = change.deed;
  const { status, errorCode } = await followText(setup, need(sid));
  setup.journal.note(change, { status, ...(errorCode !== undefined && { errorCode }) });
  const shown = await setup.phones?.findText(to, need(sid));
  setup.facts.text = { sid, from, to, status, errorCode, shown };
  return formatText(setup.facts.text);
}

/** How a text fared, in words. */
export function formatText({ status, to, shown }: NonNullable<Setup['facts']['text']>): string {
  return `${status} to ${to}${shown ? `, which shows: ${shown}` : ''}`;
}

/** The code makes the body its own fingerprint. */
async function findAtTwilio(setup: Setup, { deed }: Text): Promise<string | undefined> {
  const { from, to, body } = deed;
  const rows = await explaining(
    'look for the text',
    setup.client.account.messages.list({ from, to, limit: 50 }),
  );
  return rows.find((row) => row.body.endsWith(body))?.sid;
}
