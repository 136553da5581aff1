// Waits for what happens to a phone in calls: that one rings, is answered or ends, and what is heard in it.
import { RelayPhoneError } from '../../../errors.js';
import type { SandboxEvent } from '../../platform/events/event.js';
import { waitUntil } from '../../platform/events/search.js';
import type { EventStream } from '../../platform/events/stream.js';
import type { HeardSound, LoggedCall } from './call-log.js';

/** The call log of one phone. */
export interface CallHistory {
  /** E.164, or the address as its network writes it. */
  readonly number: string;
  /** Its calls, oldest first. */
  calls(): readonly LoggedCall[];
}

/** Which calls or sounds count, and how long to wait. */
export interface CallWait<Item> {
  /** How many of the oldest calls or sounds to skip. */
  readonly after: number;
  /** Milliseconds of real time. */
  readonly timeoutMs: number;
  /** Returns true for the one to wait for. Default: any. */
  readonly matching?: (item: Item) => boolean;
}

/** A call, and its position in the call log. */
export interface CallAtPosition {
  readonly call: LoggedCall;
  /** How many calls the phone had when this one began, itself included. Pass it as `after` to miss no later call. */
  readonly after: number;
}

/** Something heard in a call, and its position. */
export interface SoundAtPosition {
  readonly sound: HeardSound;
  /** How many sounds were heard in the call by then, this one included. Pass it as `after` to miss none. */
  readonly after: number;
}

/** What to wait for in a call: that it is answered, that a verb waits for keys or words, or that it ends. */
export const CALL_STAGES = ['answered', 'asked', 'ended'] as const;

/** See {@link CALL_STAGES}. */
export type CallStage = (typeof CALL_STAGES)[number];

/**
 * Waits for a call to the phone. @throws RelayPhoneError `fault` if none comes in time.
 */
export function waitForIncomingCall(
  events: EventStream,
  { number, calls }: CallHistory,
  { after, timeoutMs, matching = () => true }: CallWait<LoggedCall>,
): Promise<CallAtPosition> {
  return waitUntil(
    events,
    () => {
      const log = calls();
      const index = log.findIndex(
        (call, at) => at >= after && call.direction === 'incoming' && matching(call),
      );
      const call = log[index];
      return call && { call, after: index + 1 };
    },
    {
      isRelevant: (event) => event.kind === 'phone.call' && event.phone === number,
      timeoutMs,
      what: `a call to ${number}`,
    },
  );
}

/**
 * Waits until a call has come so far, or has ended before. @returns its call log entry then
 *
 * @throws RelayPhoneError `fault` if neither happens in time.
 */
export function waitForCallProgress(
  events: EventStream,
  read: () => LoggedCall,
  { until, timeoutMs }: { readonly until: CallStage; readonly timeoutMs: number },
): Promise<LoggedCall> {
  const { sid } = read();
  const reached = (call: LoggedCall) =>
    call.endedAt !== null ||
    { answered: call.answeredAt !== null, asked: call.waitsFor !== null, ended: false }[until];
  return waitUntil(
    events,
    () => {
      const call = read();
      return reached(call) ? call : undefined;
    },
    { isRelevant: isAbout(sid), timeoutMs, what: `the call ${sid} to be ${until}` },
  );
}

/**
 * Waits for the next sound in a call.
 *
 * @param options.matching takes the position of a sound, 0 for the first
 * @throws RelayPhoneError `fault` if there is none in time, or the call has ended without it.
 */
export function waitForSound(
  events: EventStream,
  read: () => LoggedCall,
  { after, timeoutMs, matching = () => true }: CallWait<number>,
): Promise<SoundAtPosition> {
  const { sid } = read();
  return waitUntil(
    events,
    () => {
      const { heard, endedAt } = read();
      const position = heard.findIndex((_, at) => at >= after && matching(at));
      const sound = heard[position];
      if (!sound && endedAt !== null) throw endedInSilence(sid);
      return sound && { sound, after: position + 1 };
    },
    { isRelevant: isAbout(sid), timeoutMs, what: `something to be heard in the call ${sid}` },
  );
}

function isAbout(callSid: string): (event: SandboxEvent) => boolean {
  return (event) => 'sid' in event && event.sid === callSid;
}

function endedInSilence(sid: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'fault',
    task: `wait for something to be heard in the call ${sid}`,
    reason: 'the call has ended, and nothing else was heard in it',
  });
}
