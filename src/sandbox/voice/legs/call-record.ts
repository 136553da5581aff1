// The file of one call: its row in the table, and where it stands in the chain of causes.
import type { EventFields } from '../../platform/events/event.js';
import type { TraceContext } from '../../platform/events/stream.js';
import type { World } from '../../world.js';
import { findPrice } from '../api/calls/price.js';
import type { Call, CallDraft } from '../api/calls/store.js';
import type { FinalStatus } from './remote-party.js';

/** What is known of a call, for whoever tells of it. */
export interface CallRecord {
  readonly sid: string;
  /** The row, as it is now. */
  call(): Call;
  /** The phone's number and ours: they share their cookies. */
  readonly numbers: readonly [phone: string, number: string];
  /** The world that it is in: what outlives it must not touch the next one. */
  readonly life: AbortSignal;
  /** Where it stands in the chain of causes. */
  thread(): TraceContext;
  /** Adds an event that its last one led to. */
  emit(happening: EventFields): number;
  /** Says that an event outside of it is what leads on. */
  follows(event: number): void;
}

/** A file that can be written in. */
export interface OpenCallRecord extends CallRecord {
  /** Writes down how far it has come. */
  move(change: Partial<Call>): void;
  /** Writes down how it ended, and charges for it. */
  close(status: FinalStatus): void;
}

/** Opens the file of a new call: an inbound one rings by then, an outbound one is queued. */
export function openCallRecord(
  { accounts, calls, clock, events, store, webhooks }: World,
  draft: CallDraft,
  { traceId, cause: first }: TraceContext,
): OpenCallRecord {
  const { sender, recipient, direction, parentSid } = draft;
  const isInbound = direction === 'inbound';
  let call = calls.insert(draft, clock.now());
  let cause = first;
  const { sid } = call;

  function emit(happening: EventFields): number {
    cause = events.emit({ ...happening, traceId, cause });
    return cause;
  }

  function move(change: Partial<Call>): void {
    call = { ...call, ...change, updatedAt: clock.now() };
    calls.progress(call, call.updatedAt);
    if (change.status) emit({ kind: 'call.status', sid, status: change.status });
  }

  function close(status: FinalStatus): void {
    const endedAt = clock.now();
    const price = findPrice({ ...call, endedAt });
    store.transaction(() => {
      move({ status, endedAt, price });
      if (price !== null) accounts.charge(price);
    });
  }

  emit({ kind: 'call.started', sid, parentSid, direction, from: sender, to: recipient });
  if (isInbound) move({ status: 'ringing', startedAt: clock.now() });
  return {
    sid,
    call: () => call,
    numbers: isInbound ? [sender, recipient] : [recipient, sender],
    life: webhooks.signal(),
    thread: () => ({ traceId, cause }),
    emit,
    follows: (event) => {
      cause = event;
    },
    move,
    close,
  };
}
