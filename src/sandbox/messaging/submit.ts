// Submits a message: stores it, emits an event and starts its delivery. Both the REST API and TwiML send through here.
import type { AlertStore } from '../accounts/alerts/store.js';
import type { NumberStore } from '../numbers/incoming-phone-numbers/store.js';
import type { EventStream, TraceContext } from '../platform/events/stream.js';
import type { OutboundDraft } from './api/messages/create-form.js';
import { type Message, readMediaUrls } from './api/messages/message.js';
import type { MessageStore } from './api/messages/store.js';
import type { Delivery } from './delivery/delivery.js';
import { describeErrorCode } from './delivery/error-codes.js';

/** What submitting needs. */
export interface SubmitDeps {
  readonly messages: Pick<MessageStore, 'insert'>;
  readonly numbers: Pick<NumberStore, 'owned'>;
  readonly alerts: AlertStore;
  readonly events: EventStream;
  readonly delivery: Pick<Delivery, 'start'>;
  readonly loopGuard: LoopGuard;
  readonly now: () => number;
}

/** Submits a message; `trace` names its cause. @returns the message as it was stored */
export type Submit = (draft: OutboundDraft, trace: TraceContext) => Message;

/** Creates the function that submits messages. */
export function createSubmit({
  messages,
  numbers,
  alerts,
  events,
  delivery,
  loopGuard,
  now,
}: SubmitDeps): Submit {
  /** TwiML always replies. The API may do so too: two numbers of the account can answer each other through it. */
  const isReply = ({ direction, recipient }: OutboundDraft) =>
    direction === 'outbound-reply' || numbers.owned().has(recipient);

  return (draft, { traceId, cause }) => {
    const isLoop = isReply(draft) && loopGuard.isLoop(draft.sender, draft.recipient);
    const message = messages.insert(isLoop ? { ...draft, refusal: LOOP } : draft, now());
    const { sid, sender: from, recipient: to, body, serviceSid } = message;
    const { direction } = draft;
    if (isLoop) {
      alerts.add({
        errorCode: LOOP,
        logLevel: 'error',
        message: describeErrorCode(LOOP),
        resourceSid: sid,
        serviceSid,
      });
    }
    const mediaUrls = readMediaUrls(message);
    const event = events.emit({
      kind: 'text.queued',
      traceId,
      cause,
      sid,
      from,
      to,
      body,
      mediaUrls,
      direction,
    });
    delivery.start(message, { traceId, cause: event });
    if (message.status === 'scheduled') {
      events.emit({ kind: 'text.status', traceId, cause: event, sid, status: 'scheduled', errorCode: null });
    }
    return message;
  };
}

/** SMS send rate limit exceeded; see https://www.twilio.com/docs/api/errors/14107. */
const LOOP = 14107;
/** How many replies two numbers may send each other within the window. */
const MAX_REPLIES = 30;
/** The length of the window, and how long the two numbers are blocked afterwards. */
const WINDOW_MS = 30_000;
const MAX_CONVERSATIONS = 1000;

/** Ends conversations in which two numbers would reply to each other forever. */
export interface LoopGuard {
  /** Counts a reply between two numbers. @returns true if it is one too many and must not be sent */
  isLoop(one: string, other: string): boolean;
  /** Forgets all conversations. */
  forget(): void;
}

interface Conversation {
  /** When the last replies were sent, milliseconds since 1970, oldest first. */
  readonly replies: readonly number[];
  readonly blockedUntil: number;
}

/** Creates a guard that follows https://www.twilio.com/docs/api/errors/14107. */
export function createLoopGuard(now: () => number): LoopGuard {
  const conversations = new Map<string, Conversation>();

  function remember(key: string, conversation: Conversation): void {
    conversations.delete(key);
    conversations.set(key, conversation);
    const [oldest] = conversations.keys();
    if (conversations.size > MAX_CONVERSATIONS && oldest !== undefined) conversations.delete(oldest);
  }

  return {
    isLoop: (one, other) => {
      const key = [one, other].toSorted().join(' ');
      const at = now();
      const { replies, blockedUntil } = conversations.get(key) ?? { replies: [], blockedUntil: at };
      if (at < blockedUntil) return true;
      const recent = [...replies.filter((time) => at - time < WINDOW_MS), at];
      const isLoop = recent.length > MAX_REPLIES;
      remember(
        key,
        isLoop ? { replies: [], blockedUntil: at + WINDOW_MS } : { replies: recent, blockedUntil: at },
      );
      return isLoop;
    },
    forget: () => conversations.clear(),
  };
}
