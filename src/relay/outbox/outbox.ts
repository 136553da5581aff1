// Sends what is written down: conversation by conversation in its order, nothing twice, and what fails again later.
import type { Relay } from '../relay.js';
import type { OutgoingRow } from '../store/outgoing.js';
import { type RequestFailure, readFailure, type TwilioRequests } from './twilio-requests.js';

/** How an outbox works; everything has a default. */
export interface OutboxOptions {
  /** Milliseconds before the second attempt; doubled for each after it, up to a minute. Default 500. */
  readonly firstRetryMs?: number;
  /** Milliseconds after which something that still fails is given up. Default a day. */
  readonly giveUpAfterMs?: number;
  /** How many requests may be under way at once. Default 16. */
  readonly concurrency?: number;
  readonly now?: () => number;
}

/** A running outbox. */
interface Outbox {
  /** Looks whether there is something new to do. */
  wake(): void;
  /** Begins nothing more, and resolves when what is under way has ended. What is left waits in the database. */
  close(): Promise<void>;
}

/** Milliseconds; see {@link OutboxOptions}. */
export const DEFAULT_FIRST_RETRY_MS = 500;

const DAY_MS = 24 * 60 * 60_000;
const MAX_RETRY_MS = 60_000;

/** Starts an outbox. What an earlier process had only begun is looked for at Twilio before it is sent. */
export function createOutbox(relay: Relay, twilio: TwilioRequests, options: OutboxOptions = {}): Outbox {
  const {
    firstRetryMs = DEFAULT_FIRST_RETRY_MS,
    giveUpAfterMs = DAY_MS,
    concurrency = 16,
    now = Date.now,
  } = options;
  const attempt = createAttempt(relay, twilio, { giveUpAfterMs, now });
  /** Lanes that have something to do, and nobody who does it. */
  const waiting = new Set<string>();
  /** Lanes that are worked on, or wait for their next attempt. */
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

  /** Looks for the next one and leaves in the same turn, so that none can come in between. */
  async function sendConversation(conversation: string): Promise<void> {
    for (;;) {
      const row = closing ? undefined : relay.outgoing.findNext(conversation);
      if (!row) return void active.delete(conversation);
      if ((await attempt(row)) === 'again') return retryLater(conversation, row);
    }
  }

  /** Frees the place for other lanes until the next attempt. */
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

/** How an attempt ended: `again` it is to be tried later. */
type SendAttempt = (row: OutgoingRow) => Promise<'ended' | 'again'>;

/** What an attempt goes by. */
interface AttemptOptions {
  /** Milliseconds after which something that still fails is given up. */
  readonly giveUpAfterMs: number;
  readonly now: () => number;
}

/** Twilio's code for a phone that has opted out. */
const OPTED_OUT = 21610;

/** Makes the attempts of an outbox. They never throw. */
function createAttempt(
  relay: Relay,
  twilio: TwilioRequests,
  { giveUpAfterMs, now }: AttemptOptions,
): SendAttempt {
  const { store, outgoing, masks, emit } = relay;

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
      if (outgoing.takeDelivered(sid)) outgoing.addDeletion({ kind: 'forget-text', sid });
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
function describeRow({ kind, recipient, subject }: OutgoingRow): string {
  return recipient === '' ? `deleting ${subject} at Twilio` : `${kind} to ${recipient}`;
}
