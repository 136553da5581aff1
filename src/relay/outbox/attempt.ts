// Tries once to do what a row of the outbox asks for, and writes down how that went.
import type { Relay } from '../relay.js';
import type { OutgoingRow } from '../store/outgoing.js';
import { type RequestFailure, readFailure, type TwilioRequests } from './twilio-requests.js';

/** How an attempt ended: `again` it is to be tried later. */
export type SendAttempt = (row: OutgoingRow) => Promise<'ended' | 'again'>;

/** What an attempt goes by. */
export interface AttemptOptions {
  /** Milliseconds after which something that still fails is given up. */
  readonly giveUpAfterMs: number;
  readonly now: () => number;
}

/** Twilio's code for a phone that has opted out. */
const OPTED_OUT = 21610;

/** Makes the attempts of an outbox. They never throw. */
export function createAttempt(
  relay: Relay,
  twilio: TwilioRequests,
  { giveUpAfterMs, now }: AttemptOptions,
): SendAttempt {
  const { store, outgoing, masks, receipts, emit } = relay;

  async function attempt(row: OutgoingRow): Promise<'ended' | 'again'> {
    if (isText(row) && row.state === 'begun' && !row.isFresh) {
      const found = await findSent(row);
      if (found !== 'nothing') return found;
    }
    // From here on Twilio may have it, whatever becomes of this process.
    outgoing.begin(row);
    // Not awaited when nothing is to be kept: then the request leaves at once, before anything else is done.
    const kept = store.kept();
    if (kept) await kept;
    try {
      if (isText(row)) recordSent(row, await twilio.send(row));
      else await deleteAtTwilio(row);
      return 'ended';
    } catch (error) {
      return fail(row, readFailure(error));
    }
  }

  /** Whether Twilio took a text although that could not be seen. */
  async function findSent(row: OutgoingRow): Promise<'ended' | 'again' | 'nothing'> {
    try {
      const sid = await twilio.findSent(row, outgoing.isKnown);
      if (sid === undefined) return 'nothing';
      recordSent(row, sid);
      return 'ended';
    } catch (error) {
      return fail(row, { ...readFailure(error), kind: 'unclear' });
    }
  }

  function recordSent(row: OutgoingRow, sid: string): void {
    store.inTurn(() => {
      outgoing.end(row, 'done', { sid });
      if (row.maskId !== null && row.kind !== 'notice') masks.increment(row.maskId, 'textsForwarded');
      if (receipts.take(sid)) outgoing.addDeletion({ kind: 'forget-text', sid });
    });
    emit({ kind: 'text.sent', from: row.sender, to: row.recipient, sid });
  }

  async function deleteAtTwilio(row: OutgoingRow): Promise<void> {
    await twilio.delete(row.kind === 'forget-call' ? 'forget-call' : 'forget-text', row.subject);
    outgoing.end(row, 'done', {});
    emit({ kind: 'forgotten', sid: row.subject });
  }

  function fail(row: OutgoingRow, { kind: verdict, code, reason }: RequestFailure): 'ended' | 'again' {
    // What cannot be deleted yet, because Twilio is not done with it, can be later.
    if (verdict === 'refused' && isText(row)) return giveUp(row, 'refused', reason, code);
    if (now() - row.createdAt >= giveUpAfterMs) return giveUp(row, 'given-up', reason);
    outgoing.postpone(row, verdict === 'unclear' ? 'begun' : 'waiting', reason);
    emit({ kind: 'postponed', what: describeRow(row), why: reason });
    return 'again';
  }

  /** What was not relayed costs nothing. */
  function giveUp(row: OutgoingRow, state: 'refused' | 'given-up', problem: string, code?: number): 'ended' {
    store.inTurn(() => {
      outgoing.end(row, state, { problem });
      if (row.maskId === null || row.kind === 'notice') return;
      masks.useTexts(row.maskId, -1);
      if (code === OPTED_OUT) masks.increment(row.maskId, 'textsBlocked');
    });
    emit({ kind: state, what: describeRow(row), why: problem });
    return 'ended';
  }

  return (row) =>
    attempt(row).catch((error: unknown) => {
      emit({ kind: 'postponed', what: describeRow(row), why: String(error) });
      return 'again';
    });
}

function isText({ kind }: OutgoingRow): boolean {
  return kind !== 'forget-text' && kind !== 'forget-call';
}

/** A row, for people. */
export function describeRow({ kind, recipient, subject }: OutgoingRow): string {
  return recipient === '' ? `deleting ${subject} at Twilio` : `${kind} to ${recipient}`;
}
