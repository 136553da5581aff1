// Sends the outgoing table to Twilio: each conversation in order, nothing twice, and retries what fails.
import { formatUnsent, OPTED_OUT } from '../policy/wording.js';
import type { Relay } from '../relay.js';
import { formatConversation, type OutgoingRow } from '../store/outgoing.js';
import { type RequestFailure, readFailure, type TwilioRequests } from './twilio-requests.js';

/** Settings of an outbox. */
export interface OutboxOptions {
  /** Milliseconds before the second attempt; doubles with each attempt, up to a minute. Default 500. */
  readonly firstRetryMs?: number;
  /** Milliseconds after which a row that still fails is given up. Default one day. */
  readonly giveUpAfterMs?: number;
  /** How many requests may be in flight at once. Default 16. */
  readonly concurrency?: number;
  readonly now?: () => number;
}

interface Outbox {
  /** Starts sending rows that were added. */
  wake(): void;
  /** Sends no further request, and resolves when none is in flight. Unsent rows stay in the database. */
  close(): Promise<void>;
}

/** The default of {@link OutboxOptions.firstRetryMs}. */
export const DEFAULT_FIRST_RETRY_MS = 500;

const DAY_MS = 24 * 60 * 60_000;
const MAX_RETRY_MS = 60_000;

/** Creates an outbox. A text that an earlier process may have sent is looked up at Twilio before it is sent again. */
export function createOutbox(relay: Relay, twilio: TwilioRequests, options: OutboxOptions = {}): Outbox {
  const {
    firstRetryMs = DEFAULT_FIRST_RETRY_MS,
    giveUpAfterMs = DAY_MS,
    concurrency = 16,
    now = Date.now,
  } = options;
  const attempt = createAttempt(relay, twilio, { giveUpAfterMs, now });
  /** Conversations with open rows that wait for a free slot. */
  const waiting = new Set<string>();
  /** Conversations that are being sent, or wait for their next attempt (then with a timer). */
  const active = new Map<string, NodeJS.Timeout | undefined>();
  const running = new Set<Promise<void>>();
  let closing = false;

  function wake(): void {
    for (const conversation of relay.outgoing.takeConversations())
      if (!active.has(conversation)) waiting.add(conversation);
    for (const conversation of waiting) {
      if (closing || running.size >= concurrency) return;
      waiting.delete(conversation);
      start(conversation);
    }
  }

  function start(conversation: string): void {
    active.set(conversation, undefined);
    const run = sendConversation(conversation).finally(() => {
      running.delete(run);
      wake();
    });
    running.add(run);
  }

  /** Sends a conversation's open rows. No `await` separates the last look for a row from the end, so none is missed. */
  async function sendConversation(conversation: string): Promise<void> {
    for (;;) {
      const row = closing ? undefined : relay.outgoing.findNext(conversation);
      if (!row) return void active.delete(conversation);
      if ((await attempt(row)) === 'again') return retryLater(conversation, row);
    }
  }

  /** Frees the slot for other conversations until the next attempt. */
  function retryLater(conversation: string, row: OutgoingRow): void {
    const wait = Math.min(firstRetryMs * 2 ** row.attempts, MAX_RETRY_MS);
    if (closing) return;
    const timer = setTimeout(() => {
      active.delete(conversation);
      waiting.add(conversation);
      wake();
    }, wait);
    active.set(conversation, timer);
  }

  return {
    wake,
    close: async () => {
      closing = true;
      for (const timer of active.values()) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}

/** Creates the function that tries a row once. It resolves to `again` if the row must be retried, and never throws. */
function createAttempt(
  relay: Relay,
  twilio: TwilioRequests,
  { giveUpAfterMs, now }: { readonly giveUpAfterMs: number; readonly now: () => number },
): (row: OutgoingRow) => Promise<'ended' | 'again'> {
  const { store, outgoing, masks, emit } = relay;

  async function attempt(row: OutgoingRow): Promise<'ended' | 'again'> {
    if (isText(row) && row.state === 'begun' && !row.isFresh) {
      const found = await findSent(row);
      if (found !== 'nothing') return found;
    }
    // From here on Twilio may have the text, even if this process dies.
    outgoing.begin(row);
    // Without a pending write there is nothing to await, and the request leaves in this turn.
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

  /** Looks up a text that Twilio may have accepted although its answer was lost. */
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
      if (outgoing.takeDelivered(sid)) outgoing.addDeletion({ kind: 'forget-text', sid });
    });
    emit({ kind: 'text.sent', from: row.sender, to: row.recipient, sid });
  }

  async function deleteAtTwilio(row: OutgoingRow): Promise<void> {
    await twilio.delete(row.kind === 'forget-call' ? 'forget-call' : 'forget-text', row.subject);
    outgoing.end(row, 'done', {});
    emit({ kind: 'forgotten', sid: row.subject });
  }

  function fail(row: OutgoingRow, { kind, code, reason }: RequestFailure): 'ended' | 'again' {
    // A refused deletion is retried: Twilio deletes a message or call only after its final status.
    if (kind === 'refused' && isText(row)) return giveUp(row, 'refused', reason, code);
    if (now() - row.createdAt >= giveUpAfterMs) return giveUp(row, 'given-up', reason);
    outgoing.postpone(row, kind === 'unclear' ? 'begun' : 'waiting', reason);
    emit({ kind: 'postponed', what: describeRow(row), why: reason });
    return 'again';
  }

  /** Ends a row without success and gives its text back to the allowance. */
  function giveUp(row: OutgoingRow, state: 'refused' | 'given-up', problem: string, code?: number): 'ended' {
    store.inTurn(() => {
      outgoing.end(row, state, { problem });
      if (row.maskId === null || row.kind === 'notice') return;
      masks.useTexts(row.maskId, -1);
      if (code === OPTED_OUT) masks.increment(row.maskId, 'textsBlocked');
      if (row.kind === 'reply') notifyOwner(row, formatUnsent(row.recipient, code, problem));
    });
    emit({ kind: state, what: describeRow(row), why: problem });
    return 'ended';
  }

  /** Texts the owner of a reply, without using up the allowance. */
  function notifyOwner({ sender }: OutgoingRow, body: string): void {
    const mask = masks.find(sender);
    if (!mask) return;
    const { id, number, realNumber } = mask;
    const conversation = formatConversation(number, realNumber);
    const notice = { purpose: 'notice', sender: number, recipient: realNumber, body, mediaUrls: [] } as const;
    outgoing.addText({ ...notice, conversation, maskId: id });
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

/** Describes a row in an event, for people. */
function describeRow({ kind, recipient, subject }: OutgoingRow): string {
  return recipient === '' ? `deleting ${subject} at Twilio` : `${kind} to ${recipient}`;
}
