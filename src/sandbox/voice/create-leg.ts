// Makes one leg of a call: its states in the table, who listens on it, and its end.
import { setMaxListeners } from 'node:events';
import type { Happening } from '../events/event.js';
import type { Thread } from '../events/stream.js';
import { findPrice } from '../resources/calls/price.js';
import type { Call, CallDraft } from '../resources/calls/store.js';
import type { World } from '../world.js';
import { createEar } from './ear.js';
import { CallEnded, type Leg } from './leg.js';
import type { FinalStatus, Party } from './party.js';
import { createProgressReport, type Reporting } from './progress.js';
import { PACE } from './wait.js';

/** What a leg is made of. */
export interface LegParts {
  readonly world: World;
  readonly draft: CallDraft;
  readonly party: Party;
  readonly thread: Thread;
  readonly reporting: Reporting | undefined;
}

/** SIP codes that status callbacks tell, by how a call ended. */
const SIP_CODES: Readonly<Record<FinalStatus, number>> = {
  completed: 200,
  busy: 486,
  failed: 404,
  'no-answer': 487,
  canceled: 487,
};

/** Four hours, what a call may last at most. */
const LONGEST = 14_400_000;

/** Files a call, and makes a leg of it: an inbound one rings by then, an outbound one waits to be dialled. */
export function createLeg({ world, draft, party, thread, reporting }: LegParts): Leg {
  const { calls, clock, events } = world;
  let call = calls.insert(draft, clock.now());
  const { sid } = call;
  const { traceId } = thread;
  let { cause } = thread;
  let isOver = false;
  const over = createSignal();
  const away = createSignal();
  const ear = createEar();
  const watchers = new Set<() => void>();
  const timers: (() => void)[] = [];
  const { sender, recipient, direction, parentSid } = draft;

  function emit(happening: Happening): number {
    cause = events.emit({ ...happening, traceId, cause });
    return cause;
  }

  function move(change: Partial<Call>): void {
    call = { ...call, ...change, updatedAt: clock.now() };
    calls.progress(sid, call, clock.now());
    if (change.status) emit({ kind: 'call.status', sid, status: change.status });
  }

  function tellWatchers(): void {
    for (const watch of [...watchers]) watch();
  }

  function dial(timeout: number): void {
    after(PACE, () => {
      move({ startedAt: clock.now() });
      progress.tell('initiated');
      after(timeout, () => call.answeredAt ?? finish('no-answer'));
      party.ring();
    });
  }

  function after(delay: number, work: () => void): void {
    if (!isOver) timers.push(clock.after(delay, work));
  }

  function answer(): void {
    if (isOver || call.answeredAt !== null) return;
    move({ status: 'in-progress', answeredAt: clock.now() });
    if (direction === 'inbound') party.answered();
    progress.tell('answered');
    limit(LONGEST);
    tellWatchers();
  }

  function limit(milliseconds: number): void {
    after(milliseconds, () => finish('completed'));
  }

  function finish(status: FinalStatus, sipCode = SIP_CODES[status]): void {
    if (isOver) return;
    end(status, new CallEnded(status));
    progress.tell('completed', sipCode);
  }

  function end(status: FinalStatus, reason: unknown): void {
    isOver = true;
    for (const cancel of timers) cancel();
    const endedAt = clock.now();
    const price = findPrice({ ...call, endedAt });
    world.store.transaction(() => {
      move({ status, endedAt, price });
      if (price !== null) world.accounts.charge(price);
    });
    over.abort(reason);
    party.ended(status);
    tellWatchers();
  }

  const leg: Leg = {
    sid,
    call: () => call,
    over: over.signal,
    away: away.signal,
    numbers: direction === 'inbound' ? [sender, recipient] : [recipient, sender],
    thread: () => ({ traceId, cause }),
    emit,
    follows: (event) => {
      cause = event;
    },
    dial,
    answer,
    play: (sound) => {
      if (!isOver) party.hear(sound);
    },
    listen: ear.listen,
    watch: (watcher) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    hangUp: (unanswered = 'canceled') => finish(call.answeredAt === null ? unanswered : 'completed'),
    depart: () => away.abort(),
    report: (reporting) => progress.to(reporting),
    limit,
    drop: (reason) => {
      if (!isOver) end('failed', reason);
    },
  };
  const progress = createProgressReport({ world, leg }, reporting);
  emit({ kind: 'call.started', sid, parentSid, direction, from: sender, to: recipient });
  if (direction === 'inbound') move({ status: 'ringing', startedAt: clock.now() });
  party.join({
    sid,
    thread: leg.thread,
    emit,
    ringing: () => {
      if (isOver) return;
      move({ status: 'ringing' });
      progress.tell('ringing');
    },
    answer,
    decline: finish,
    utter: ear.hear,
    hangUp: () => finish(call.answeredAt === null ? 'no-answer' : 'completed'),
  });
  return leg;
}

/** Many may wait for it. */
function createSignal(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
