// Releases one number of the account for good: journalled before, compared with what the user saw, never done twice.
import { RelayPhoneError } from '../errors.js';
import { explaining, explainTwilioFailure, isNotFound, mayHaveHappened } from '../twilio/failure.js';
import type { Change } from './changes.js';
import type { ListedNumber } from './numbers.js';
import type { Setup, UndoableStep } from './setup.js';

/** How a release ended: `gone` if somebody else released the number since it was looked at. */
export type ReleaseOutcome = 'released' | 'gone';

/** What must not have changed since the user agreed. */
const COMPARED = ['smsApplicationSid', 'smsUrl', 'voiceApplicationSid', 'voiceUrl', 'trunkSid'] as const;

/**
 * Releases a number by its SID. Twilio gives a number that is bought again another SID, so that a repeated request can
 * never release the later one. After an unclear answer it looks at the account.
 *
 * @param seen the number as the user saw it
 * @throws RelayPhoneError `needsUser` if the number was connected elsewhere since; `refused` or `network` if Twilio does
 *   not release it. If the result stays unclear, the intention stays in the journal, and the next run looks.
 */
export async function releaseNumber(
  setup: Pick<Setup, 'client' | 'journal'>,
  seen: ListedNumber,
): Promise<ReleaseOutcome> {
  const { sid, phoneNumber } = seen;
  const present = await findBySid(setup, seen);
  if (!present) return 'gone';
  const changed = COMPARED.filter((name) => (present[name] ?? '') !== (seen[name] ?? ''));
  if (changed.length > 0) throw changedSince(phoneNumber, changed);
  const open = setup.journal.find('number-released', 'intended').find(({ data }) => data.sid === sid);
  const change = open ?? setup.journal.intend({ kind: 'number-released', sid, phoneNumber });
  try {
    await setup.client.account.incomingPhoneNumbers(sid).remove();
  } catch (error) {
    if (!(await isReleased(setup, seen, change, error)))
      throw explainTwilioFailure(`release ${phoneNumber}`, error);
  }
  finish(setup, change, phoneNumber);
  return 'released';
}

/** Decides after a failed request whether the number was released; if it certainly was not, the change is abandoned. */
async function isReleased(
  setup: Pick<Setup, 'client' | 'journal'>,
  seen: ListedNumber,
  change: Change,
  error: unknown,
): Promise<boolean> {
  // The transport repeats a request that was not answered: the repetition finds no number.
  if (isNotFound(error)) return true;
  if (!mayHaveHappened(error)) {
    setup.journal.abandoned(change);
    return false;
  }
  return (await findBySid(setup, seen)) === undefined;
}

function findBySid(
  { client }: Pick<Setup, 'client'>,
  { sid, phoneNumber }: Pick<ListedNumber, 'sid' | 'phoneNumber'>,
): Promise<ListedNumber | undefined> {
  const request = client.account.incomingPhoneNumbers(sid).fetch();
  const found = request.catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  return explaining(`look for ${phoneNumber}`, found);
}

/** Its purchase is over too: `undo` has nothing to release, and `init` does not look for it. */
function finish({ journal }: Pick<Setup, 'journal'>, change: Change, phoneNumber: string): void {
  journal.done(change);
  for (const state of ['done', 'intended'] as const) {
    for (const purchase of journal.find('number-bought', state))
      if (purchase.data.phoneNumber === phoneNumber) journal.undone(purchase);
  }
}

/** Returns when relay-phone released a number, ISO 8601; undefined if it never did. */
export function findReleaseTime(
  { journal }: Pick<Setup, 'journal'>,
  phoneNumber: string,
): string | undefined {
  return journal.find('number-released', 'done').findLast(({ data }) => data.phoneNumber === phoneNumber)?.at;
}

/** Reconciles an interrupted release: it took place if the account has no number with its SID. */
export const releaseRecovery: UndoableStep = {
  kinds: ['number-released'],
  reconcile: async (setup, change) => {
    const { data } = change;
    if (data.kind !== 'number-released') return;
    if (await findBySid(setup, data)) setup.journal.abandoned(change);
    else finish(setup, change, data.phoneNumber);
  },
};

function changedSince(phoneNumber: string, names: readonly string[]): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `release ${phoneNumber}`,
    reason: `its ${names.join(', ')} changed since it was shown, so somebody may be using it; nothing was done`,
    tryNext: [`relay-phone numbers release ${phoneNumber}, which shows it again`],
  });
}
