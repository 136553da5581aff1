// Delivers outgoing messages: accepted → queued → sending → sent → delivered (→ read) | undelivered, or failed.
import type { AccountStore } from '../../accounts/account/store.js';
import type { Clock } from '../../platform/clock.js';
import type { Store } from '../../platform/database.js';
import type { OpenTraces } from '../../platform/events/open-traces.js';
import type { TraceContext } from '../../platform/events/stream.js';
import type { Message } from '../api/messages/message.js';
import type { MessageStore } from '../api/messages/store.js';
import type { TextGateway } from '../text-gateway.js';
import {
  createOutcomeRules,
  type DeliveryOutcome,
  type InFlightMessage,
  type OutcomeDeps,
} from './outcome.js';
import {
  createStatusNotifier,
  hasReachedPhone,
  type StatusNotifierDeps,
  toDeliveredText,
} from './status-notifier.js';
import { createWaitingMessages, type WaitingDeps } from './waiting.js';

/** What delivery needs. */
export interface DeliveryDeps extends StatusNotifierDeps, OutcomeDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly traces: OpenTraces;
  readonly messages: Pick<MessageStore, 'inFlight'>;
  readonly accounts: Pick<AccountStore, 'charge'>;
  readonly phones: TextGateway;
  readonly fetchMedia: WaitingDeps['fetchMedia'];
  /** Prepares a scheduled message to be sent, when its time has come. */
  readonly prepareScheduled: (message: Message) => Message;
}

/** The delivery of outgoing messages. */
export interface Delivery {
  /** Starts the delivery of a new message; `trace` names its cause. */
  start(message: Message, trace: TraceContext): void;
  /** Ends the wait of a scheduled message that was canceled, and reports the change. */
  cancel(sid: string): void;
  /** Reads the in-flight messages again; call it after their table was changed from outside. */
  reload(): void;
}

/** The in-flight messages by status, each list in row order; `delivered` ones only if they are read afterwards. */
type Stages = Readonly<Record<'accepted' | 'queued' | 'sending' | 'sent' | 'delivered', InFlightMessage[]>>;

/** Milliseconds between delivery steps: long enough to batch messages, too short to notice. */
const STEP_MS = 2;

/**
 * Starts delivery, and resumes what an earlier process left in flight. Every step moves all in-flight messages to
 * their next status. A message is charged when it is sent; its text is on the phone before its status says so.
 * See https://www.twilio.com/docs/messaging/guides/track-outbound-message-status.
 */
export function createDelivery(deps: DeliveryDeps): Delivery {
  const { store, clock, traces, accounts, phones, events } = deps;
  const rows = deps.messages.inFlight;
  const rules = createOutcomeRules(deps);
  const notifier = createStatusNotifier(deps);
  const waiting = createWaitingMessages({ clock, fetchMedia: deps.fetchMedia, resume });
  // A copy of the rows: reading a row back would cost more than updating it.
  let stages = noMessages();
  let isStepDue = false;
  let watchedCommit: Promise<void> | undefined;

  function step(): void {
    isStepDue = false;
    const { accepted, queued, sending, sent, delivered } = stages;
    const at = clock.now();
    const failures = rules.findFailures(queued, at);
    const sendable = without(queued, failures);
    const outcomes = sent.map((entry) => rules.decide(entry, at)).concat(failures);
    const delays = rules.findDelays(sending, at);
    store.transaction(() => {
      // The last stage first, so that no message takes two steps.
      for (const { message } of delivered) rows.end(message, 'read', null, at);
      end(outcomes, at);
      if (sending.length > 0) accounts.charge(sending.reduce((sum, { message }) => sum + message.price, 0));
      for (const run of runsOf(sending)) rows.advance('sending', run, at);
      for (const run of runsOf(sendable)) rows.advance('queued', run, at);
      for (const run of runsOf(accepted)) rows.advance('accepted', run, at);
      for (const { entry, dueAt } of delays) rows.hold(entry.message, dueAt);
    });
    watchCommit();
    const undelayed = without(
      sending,
      delays.map(({ entry }) => entry),
    );
    const unread = outcomes.filter(rules.isRead);
    stages = { accepted: [], queued: accepted, sending: sendable, sent: undelayed, delivered: unread };
    if (all().length > 0) scheduleStep();
    notifier.advanced(delivered, 'read');
    notifier.ended(outcomes);
    notifier.advanced(sending, 'sent');
    notifier.advanced(sendable, 'sending');
    notifier.advanced(accepted, 'queued');
    reportEnds([...outcomes, ...delivered]);
    for (const { entry, dueAt } of delays) {
      const message: Message = { ...entry.message, status: 'sent', inTransit: 2, dueAt };
      waiting.add({ message, trace: entry.trace });
    }
  }

  /** Ends the delivery of messages; ordinary ones with one statement. */
  function end(outcomes: readonly DeliveryOutcome[], at: number): void {
    if (outcomes.length === 0) return;
    const reached = outcomes.filter(hasReachedPhone).map(messageOf);
    phones.deliver(reached.map(toDeliveredText), at);
    for (const outcome of outcomes) {
      if (!isOrdinary(outcome)) rows.end(outcome.message, outcome.status, outcome.errorCode, at);
    }
    const ordinary = outcomes.filter(isOrdinary);
    if (ordinary.length > 0) rows.deliver(ordinary.map(messageOf), at);
  }

  function reportEnds(entries: readonly InFlightMessage[]): void {
    if (traces.isWatched()) for (const { trace } of entries) traces.mayBeQuiet(trace.traceId);
  }

  function hasTrace(traceId: string): boolean {
    return all().some(({ trace }) => trace.traceId === traceId) || waiting.traces().includes(traceId);
  }

  function add(entry: InFlightMessage): void {
    const { status, inTransit } = entry.message;
    if (inTransit === 2) waiting.add(entry);
    else {
      stages[status as keyof Stages].push(entry);
      scheduleStep();
    }
    watchCommit();
  }

  function resume({ message, trace }: InFlightMessage, refusal: number | null): void {
    const isScheduled = message.status === 'scheduled';
    const ready = isScheduled
      ? deps.prepareScheduled(message)
      : rows.resume(message, refusal ?? message.refusal);
    const entry = { message: ready, trace, hasWaited: true } as const;
    add(entry);
    if (isScheduled) notifier.advanced([entry], 'accepted');
  }

  function scheduleStep(): void {
    if (isStepDue) return;
    isStepDue = true;
    clock.after(STEP_MS, step);
  }

  function all(): InFlightMessage[] {
    const { accepted, queued, sending, sent, delivered } = stages;
    return [...delivered, ...sent, ...sending, ...queued, ...accepted];
  }

  /** Reads the rows again if this turn's writes are not committed, because then the copy is wrong. */
  function watchCommit(): void {
    const commit = store.kept();
    if (commit === watchedCommit) return;
    watchedCommit = commit;
    commit?.catch(readStages);
  }

  function readStages(): void {
    const before = [...all(), ...waiting.clear()];
    const known = new Map(before.map(({ message, trace }) => [message.seq, trace]));
    stages = noMessages();
    for (const message of rows.list()) {
      add({ message, trace: known.get(message.seq) ?? { traceId: events.newTrace(), cause: null } });
    }
    reportEnds(before);
  }

  readStages();
  traces.addSource({
    has: hasTrace,
    list: () => [...all().map(({ trace }) => trace.traceId), ...waiting.traces()],
  });
  return {
    start: (message, trace) => add({ message, trace }),
    cancel: (sid) => {
      const entry = waiting.drop(sid);
      if (entry) notifier.advanced([entry], 'canceled');
    },
    reload: () => {
      const before = [...all(), ...waiting.clear()];
      stages = noMessages();
      reportEnds(before);
      readStages();
    },
  };
}

function noMessages(): Stages {
  return { accepted: [], queued: [], sending: [], sent: [], delivered: [] };
}

function without(
  entries: InFlightMessage[],
  others: readonly Pick<InFlightMessage, 'message'>[],
): InFlightMessage[] {
  if (others.length === 0) return entries;
  const left = new Set(others.map(messageOf));
  return entries.filter(({ message }) => !left.has(message));
}

/** Whether a message was delivered to a phone and never waited, so that its row is part of the run. */
function isOrdinary({ status, isOwn, hasWaited }: DeliveryOutcome): boolean {
  return status === 'delivered' && !isOwn && hasWaited !== true;
}

/** The runs of a stage: one of all messages that never waited, and one for each message that has waited. */
function runsOf(entries: readonly InFlightMessage[]): Message[][] {
  const waited: Message[][] = [];
  const others: Message[] = [];
  for (const { message, hasWaited } of entries) {
    if (hasWaited) waited.push([message]);
    else others.push(message);
  }
  return others.length === 0 ? waited : [others, ...waited];
}

function messageOf({ message }: Pick<InFlightMessage, 'message'>): Message {
  return message;
}
