// The phones of the sandbox: the numbers that the account does not own, and all other senders and callers.
import { RelayPhoneError } from '../../errors.js';
import type { SentText, TextOutcome, TextUnderway } from '../messaging/text-gateway.js';
import type { Store } from '../platform/database.js';
import { DEFAULT_TIMEOUT_MS, waitForMatch } from '../platform/events/search.js';
import type { EventStream } from '../platform/events/stream.js';
import { verifyPhoneAddress, verifyPhoneNumber } from '../platform/phone-number.js';
import type { KnownTrace } from '../traces/trace-log.js';
import type { Behaviour, BehaviourStore, WholeBehaviour } from './behaviour.js';
import type { LoggedCall } from './calls/call-log.js';
import type { PhoneCall } from './calls/phone-call.js';
import type { PhoneCalls } from './calls/phone-calls.js';
import type { WatchedNumbers } from './exposure/watched-numbers.js';
import {
  type Inbox,
  type InboxStore,
  type NextTextOptions,
  type ReceivedText,
  waitForText,
} from './inbox.js';
import type { SentPhoneText, SentTextStore } from './sent-texts.js';
import type { Thread, ThreadPage, ThreadPageOptions, Threads, ThreadText } from './threads.js';

/**
 * A phone. Every valid number that the account does not own has one. Whatever else networks deliver as a sender or caller
 * is a phone too, but can only text and call: a short code, `MYBANK`, `Restricted`, `+266696687`, a SIP address.
 *
 * @example
 * const phone = sandbox.phone('+12025550190');
 * const { replies } = await phone.text('+12025550100', 'Hello');
 * phone.behave({ texts: { undelivered: 30003 } });
 */
export interface SandboxPhone {
  /** E.164, or the address as its network writes it. */
  readonly number: string;
  /** The texts it has received, oldest first. */
  texts(): readonly ReceivedText[];
  /** The texts it has sent, oldest first. */
  sent(): readonly SentPhoneText[];
  /** Its conversations, one for each other number, the one with the newest text first. */
  threads(): readonly Thread[];
  /**
   * Its conversation with another number: the texts it has received and sent, oldest first.
   *
   * @example
   * expect(phone.thread(mask).map(({ direction, body }) => [direction, body])).toEqual([['sent', 'Hello']]);
   */
  thread(withNumber: string): readonly ThreadText[];
  /**
   * Sends a text from this phone to a number of the account. Resolves when the app has answered the webhook and its
   * TwiML has run: the replies are sent by then, and reach their phones soon after.
   *
   * @throws RelayPhoneError `usage` if the text cannot be sent, `interrupted` if the sandbox is closed or reset
   *   meanwhile. A webhook that fails does not throw; see the outcome.
   */
  text(to: string, body: string, options?: { readonly mediaUrls?: readonly string[] }): Promise<TextOutcome>;
  /**
   * Sends a text as `text` does, and resolves when it has left the phone.
   *
   * @throws RelayPhoneError `usage` if the text cannot be sent.
   */
  startText(
    to: string,
    body: string,
    options?: { readonly mediaUrls?: readonly string[] },
  ): Promise<TextUnderway>;
  /**
   * Calls a number of the account.
   *
   * @throws RelayPhoneError `usage` if the call cannot be made.
   */
  call(to: string): PhoneCall;
  /** Its call log, oldest first. */
  calls(): readonly LoggedCall[];
  /** The calls that it is in now: ringing or answered. */
  liveCalls(): readonly PhoneCall[];
  /**
   * Waits for the next call that rings at this phone. Call this before the action that leads to it.
   *
   * @param options.timeout milliseconds of real time. Default 5000
   * @throws RelayPhoneError `fault` if none comes in time, `usage` if its address is not a valid number.
   */
  nextCall(options?: { readonly timeout?: number }): Promise<PhoneCall>;
  /**
   * Waits for the next text that reaches this phone. Call this before the action that leads to it.
   *
   * @example
   * const next = phone.nextText({ matching: ({ body }) => body.includes('code') });
   * await client.messages.create({ to: phone.number, from, body: 'Your code is 123456' });
   * const { body } = await next;
   *
   * @throws RelayPhoneError `fault` if none comes in time, `usage` if its address is not a valid number.
   */
  nextText(options?: NextTextOptions): Promise<ReceivedText>;
  /** Lists the traces in which it took part, newest first: `phone.traces()[0]?.sentence` is what happened last. */
  traces(): readonly KnownTrace[];
  /** Changes how it treats texts and calls from now on. A text that is already delayed stays delayed. */
  behave(behaviour: Behaviour): void;
  /** How it treats texts and calls now, in every respect. */
  behaviour(): WholeBehaviour;
  /** Its label: a name for people who look at it; empty if it has none. */
  label(): string;
  /** Labels it; an empty label removes it. @throws RelayPhoneError `usage` if it has more than 64 characters. */
  setLabel(label: string): void;
}

/**
 * A phone that has texted or been texted, or been in a call.
 *
 * @example
 * expect(sandbox.phones()).toMatchObject([{ number: '+12025550190', texts: 1, sent: 0, calls: 0 }]);
 */
export interface PhoneSummary {
  readonly number: string;
  /** Empty if it has none. */
  readonly label: string;
  /** How many texts it has received. */
  readonly texts: number;
  /** How many texts it has sent. */
  readonly sent: number;
  /** How many calls its log has. */
  readonly calls: number;
  /** When the last text came or was sent, or the last call began, ISO 8601. */
  readonly lastAt: string;
  readonly behaviour: WholeBehaviour;
  /** The latest of the calls that it is in now: ringing or answered; null if it is in none. */
  readonly liveCall: Pick<LoggedCall, 'sid' | 'state' | 'shown'> | null;
}

/** All phones. */
export interface PhoneBook {
  /** @throws RelayPhoneError `usage` as `verifyPhoneAddress` does. */
  phone(number: string): SandboxPhone;
  /** The phones that have texted or been texted, or been in a call, the most recently used first. */
  summaries(): readonly PhoneSummary[];
  /** A page of a conversation of a phone. @throws RelayPhoneError `usage` as `phone` does, or if the page does not exist. */
  threadPage(number: string, withNumber: string, options: ThreadPageOptions): ThreadPage;
  /**
   * A phone that texts and calls can reach.
   *
   * @param task of the error, such as `wait for a text to +12025550190`
   * @throws RelayPhoneError `usage` if its address is not a valid number, or if the account owns the number
   */
  reachablePhone(number: string, task: string): SandboxPhone;
  /** The texts of a phone, one by one. @throws RelayPhoneError `usage` as `reachablePhone` does. */
  inbox(number: string): Inbox;
}

/** What the phone book needs. */
export interface PhoneBookDeps {
  readonly store: Store;
  readonly events: EventStream;
  readonly inboxes: InboxStore;
  readonly sentTexts: Pick<SentTextStore, 'list'>;
  readonly threads: Threads;
  readonly behaviours: BehaviourStore;
  readonly calls: Pick<PhoneCalls, 'list' | 'live' | 'findLive'>;
  readonly watched: Pick<WatchedNumbers, 'add'>;
  /** True if the account owns the number. */
  readonly isOwned: (number: string) => boolean;
  /** Lists the traces in which a phone took part, newest first. */
  listTraces(number: string): readonly KnownTrace[];
  /** Sends a text from a phone. */
  sendText(text: SentText): Promise<TextUnderway>;
  /** Calls a number of the account from a phone. */
  callNumber(phone: string, to: string): PhoneCall;
}

/** Creates the phone book. */
export function createPhoneBook(deps: PhoneBookDeps): PhoneBook {
  const { events, inboxes, threads, behaviours, calls, watched, isOwned } = deps;

  /** What is sent to any other address reaches no phone: waiting for it there would never end. */
  function verifyReachable(text: string, task: string): string {
    const { number } = verifyPhoneNumber(text, task);
    if (isOwned(number)) throw notAPhone(number, task);
    return number;
  }

  function reachableInbox(number: string): Inbox {
    return inboxes.inbox(verifyReachable(number, `wait for a text to ${number}`));
  }

  function phone(text: string): SandboxPhone {
    const number = verifyPhone(text);
    const startText: SandboxPhone['startText'] = (to, body, { mediaUrls = [] } = {}) =>
      deps.sendText({ from: number, to, body, mediaUrls });
    return {
      number,
      texts: () => inboxes.list(number),
      sent: () => deps.sentTexts.list(number),
      threads: () => threads.list(number),
      thread: (withNumber) => threads.whole(number, withNumber),
      nextText: async (options = {}) => (await waitForText(events, reachableInbox(number), options)).text,
      text: async (to, body, options) => (await startText(to, body, options)).outcome,
      startText,
      call: (to) => deps.callNumber(number, to),
      calls: () => calls.list(number),
      liveCalls: () => calls.live(number),
      nextCall: async ({ timeout = DEFAULT_TIMEOUT_MS } = {}) => {
        verifyReachable(number, `wait for a call to ${number}`);
        return waitForMatch(
          events,
          (event) =>
            event.kind === 'phone.call' && event.act === 'rings' && event.phone === number
              ? calls.findLive(event.sid)
              : undefined,
          { timeoutMs: timeout, what: `a call to ${number}` },
        );
      },
      traces: () => deps.listTraces(number),
      behave: (behaviour) => {
        behaviours.change(number, behaviour);
        watched.add(number);
        events.begin({ kind: 'behaviour.changed', phone: number, behaviour: { ...behaviours.of(number) } });
      },
      behaviour: () => behaviours.of(number),
      label: () => behaviours.labelOf(number),
      setLabel: (label) => {
        behaviours.setLabel(number, label);
        watched.add(number);
      },
    };
  }

  return {
    phone,
    reachablePhone: (text, task) => phone(verifyReachable(verifyPhone(text), task)),
    inbox: (text) => reachableInbox(verifyPhone(text)),
    threadPage: (text, withNumber, options) => threads.page(verifyPhone(text), withNumber, options),
    summaries: createSummaries(deps),
  };
}

function verifyPhone(text: string): string {
  return verifyPhoneAddress(text, `use ${text} as a phone`);
}

function notAPhone(number: string, task: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task,
    reason: 'the account owns that number, so it is not a phone',
    tryNext: [
      'wait at a number that the account does not own, such as +12025550190',
      `look at the webhooks of the app: texts and calls to ${number} go there`,
    ],
  });
}

interface SummaryRow extends Pick<PhoneSummary, 'number' | 'texts' | 'sent' | 'calls'> {
  readonly lastAt: number;
}

const SUMMARIES = `
SELECT number, sum(texts) AS texts, sum(sent) AS sent, sum(calls) AS calls, max(at) AS lastAt FROM (
  SELECT phone AS number, count(*) AS texts, 0 AS sent, 0 AS calls, max(receivedAt) AS at, max(seq) AS last
    FROM texts GROUP BY phone
  UNION ALL
  SELECT phone, 0, count(*), 0, max(sentAt), max(seq) FROM sentTexts GROUP BY phone
  UNION ALL
  SELECT phone, 0, 0, count(*), max(startedAt), max(seq) FROM callLog GROUP BY phone
) GROUP BY number ORDER BY max(at) DESC, max(last) DESC`;

function createSummaries({ store, behaviours, calls }: PhoneBookDeps): () => readonly PhoneSummary[] {
  const summaries = store.query<SummaryRow>(SUMMARIES);
  return () =>
    summaries.all().map(({ lastAt, ...row }) => {
      const live = calls.live(row.number).at(-1)?.log();
      return {
        ...row,
        label: behaviours.labelOf(row.number),
        lastAt: new Date(lastAt).toISOString(),
        behaviour: behaviours.of(row.number),
        liveCall: live ? { sid: live.sid, state: live.state, shown: live.shown } : null,
      };
    });
}
