// Tells the account of a sandbox from a live one: by the form of its SID, or by what the project's journal has of it.
import { isSandboxSid } from '../../sandbox-sid.js';
import { JOURNAL, readJournal } from '../../setup/journal.js';
import { ACCOUNT_SID } from '../../twilio/target.js';
import type { StatePlace } from './state-place.js';

/**
 * True for the account of a sandbox. `sandbox --account-sid` takes any SID; the journal has the changes that were made to
 * such an account.
 */
export function isSandboxAccount(state: StatePlace, sid: string): boolean {
  if (isSandboxSid(sid)) return true;
  const folder = ACCOUNT_SID.test(sid) ? state.find() : undefined;
  if (!folder) return false;
  const { changes } = readJournal(folder.file(JOURNAL));
  return changes.some(({ target, accountSid }) => target === 'sandbox' && accountSid === sid);
}
