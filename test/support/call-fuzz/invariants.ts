// The invariants of every sandbox after all its calls have ended.
import { expect } from 'vitest';
import type { SandboxEvent } from '../../../src/sandbox/platform/events/event.js';
import { type Call, findPrice } from '../../../src/sandbox/voice/api/calls/store.js';
import { PHONES, type Stage } from './stage.js';

const UNANSWERED = ['busy', 'failed', 'no-answer', 'canceled'];

/** The price of all calls of a stage, in millionths of a dollar. */
export function sumPrices(stage: Stage): number {
  return stage.calls().reduce((sum, { price }) => sum + (price ?? 0), 0);
}

/** @throws if a call has not ended, has a status that does not fit, or has the wrong price. */
export function verifyCalls(calls: readonly Call[]): void {
  for (const call of calls) {
    expect(call.answeredAt === null ? UNANSWERED : ['completed']).toContain(call.status);
    expect(call.endedAt).not.toBeNull();
    expect(call.price).toBe(findPrice(call));
  }
}

/** @throws if anything is left of a call: a phone, a leg, a timer, or an alert about an internal failure. */
export function verifyNothingLeft(stage: Stage): void {
  const { sandbox, voice } = stage;
  for (const call of PHONES.flatMap((phone) => sandbox.phone(phone).calls())) {
    expect(call.endedAt).not.toBeNull();
    expect(['calling', 'ringing', 'talking']).not.toContain(call.state);
  }
  expect(PHONES.flatMap((phone) => sandbox.phone(phone).liveCalls())).toEqual([]);
  expect(stage.calls().filter(({ sid }) => voice.findLeg(sid))).toEqual([]);
  expect(stage.pendingTimers()).toBe(0);
  expect(stage.countAlerts(12400)).toBe(0);
}

/** @throws if the cause of an event is a later event, or an event of another trace. */
export function verifyCauses(events: readonly SandboxEvent[]): void {
  const traces = new Map(events.map(({ id, traceId }) => [id, traceId]));
  for (const { id, cause, traceId } of events) {
    if (cause === null) continue;
    expect(cause).toBeLessThan(id);
    expect([traceId, undefined]).toContain(traces.get(cause));
  }
}

/** @throws if the status callbacks of a call do not arrive with the sequence numbers 0, 1, 2 and so on. */
export function verifySequences(forms: readonly Record<string, string>[]): void {
  const sequences = new Map<string, number[]>();
  for (const { CallSid = '', SequenceNumber } of forms) {
    sequences.set(CallSid, [...(sequences.get(CallSid) ?? []), Number(SequenceNumber)]);
  }
  for (const numbers of sequences.values()) expect(numbers).toEqual([...numbers.keys()]);
}
