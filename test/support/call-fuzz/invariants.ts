// What is true of every world once all its calls are over.
import { expect } from 'vitest';
import type { SandboxEvent } from '../../../src/sandbox/platform/events/event.js';
import { type Call, findPrice } from '../../../src/sandbox/voice/api/calls/store.js';
import { PHONES, type Stage } from './stage.js';

const UNANSWERED = ['busy', 'failed', 'no-answer', 'canceled'];

/** What the calls of a stage have cost. */
export function sumPrices(stage: Stage): number {
  return stage.calls().reduce((sum, { price }) => sum + (price ?? 0), 0);
}

/** @throws when a call is not over, not in one of the ways in which calls end, or not priced for how long it was. */
export function verifyCalls(calls: readonly Call[]): void {
  for (const call of calls) {
    expect(call.answeredAt === null ? UNANSWERED : ['completed']).toContain(call.status);
    expect(call.endedAt).not.toBeNull();
    expect(call.price).toBe(findPrice(call));
  }
}

/** @throws when anything is left of a call: somebody on the line, or a timer. */
export function verifyNothingLeft(stage: Stage): void {
  const { world } = stage;
  for (const call of PHONES.flatMap((phone) => world.phones.phone(phone).calls())) {
    expect(call.endedAt).not.toBeNull();
    expect(['calling', 'ringing', 'talking']).not.toContain(call.state);
  }
  expect(world.phoneCalls.live()).toEqual([]);
  expect(stage.calls().filter(({ sid }) => world.voice.find(sid))).toEqual([]);
  expect(stage.pendingTimers()).toBe(0);
  // What is thrown in a call and was not meant to be is filed so.
  expect(world.store.query('SELECT * FROM alerts WHERE errorCode = 12400').all()).toEqual([]);
}

/** @throws when an event was caused by a later one, or by one of another trace. */
export function verifyCauses(events: readonly SandboxEvent[]): void {
  const traces = new Map(events.map(({ id, traceId }) => [id, traceId]));
  for (const { id, cause, traceId } of events) {
    if (cause === null) continue;
    expect(cause).toBeLessThan(id);
    expect([traceId, undefined]).toContain(traces.get(cause));
  }
}

/** @throws when the status callbacks of a call, in the order in which they came, are not numbered 0, 1, 2 and so on. */
export function verifySequences(forms: readonly Record<string, string>[]): void {
  const sequences = new Map<string, number[]>();
  for (const { CallSid = '', SequenceNumber } of forms) {
    sequences.set(CallSid, [...(sequences.get(CallSid) ?? []), Number(SequenceNumber)]);
  }
  for (const numbers of sequences.values()) expect(numbers).toEqual([...numbers.keys()]);
}
