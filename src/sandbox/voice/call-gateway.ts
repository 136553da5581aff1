// The port between voice and the phones: how a leg of a call reaches its far end, and what the far end can do.
import type { EventFields } from '../platform/events/event.js';
import type { TraceContext } from '../platform/events/stream.js';
import type { CallStatus } from './api/calls/store.js';

/** What voice needs of the phones. */
export interface CallGateway {
  /** Returns the phone that has `number`, ready to be called. `callerId` is the number it will show. */
  reach(number: string, callerId: string): RemoteParty;
  /** Presses keys on the phone of a leg if that phone answers calls by itself; does nothing otherwise. */
  pressIfAutomatic(legSid: string, keys: string): void;
}

/** The far end of a leg: a phone, or another number of the account. */
export interface RemoteParty {
  /** Connects it to its leg, before anything else happens. */
  attach(line: RemoteLine): void;
  /** Calls it. It responds through its line. */
  ring(): void;
  /** Reports that the call it placed was answered. */
  callAnswered(): void;
  /** Plays a sound to it. */
  hear(sound: Sound): void;
  /** Reports what the app waits for from now on; null when it no longer waits. */
  expectInput(input: AwaitedInput | null): void;
  /** Reports that the call has ended; nothing follows. */
  callEnded(status: FinalStatus): void;
}

/** What the far end can do on its leg. */
export interface RemoteLine {
  /** The SID of the leg. */
  readonly sid: string;
  /** The trace of the call, and its latest event as the cause of the next. */
  trace(): TraceContext;
  /** Adds an event to the trace of the call. */
  emit(event: EventFields): void;
  /** Reports that it rings. */
  ringing(): void;
  answer(): void;
  /** Refuses the call. */
  decline(status: 'busy' | 'failed' | 'no-answer', sipCode: number): void;
  /** Sends a sound to the account. Sounds that no verb listens for wait for the next verb that does. */
  send(sound: Sound): void;
  hangUp(): void;
}

/**
 * Something that is heard in a call: a sentence of `<Say>`, a file of `<Play>`, keys, or spoken words.
 *
 * @example
 * expect(call.log().heard).toMatchObject([{ kind: 'say', content: 'Press 1 to accept' }]);
 */
export interface Sound {
  readonly kind: 'say' | 'play' | 'keys' | 'words';
  /** The words, the URL of the file, or the keys. */
  readonly content: string;
}

/** What the app waits for in a call, with `<Gather>`. See https://www.twilio.com/docs/voice/twiml/gather. */
export interface AwaitedInput {
  readonly input: readonly ('dtmf' | 'speech')[];
  /** How many keys end the input; null if only a finish key or silence does. */
  readonly numDigits: number | null;
  /** The keys that end the input; empty if none does. */
  readonly finishOnKey: string;
  /** How long it waits after the last prompt or key. */
  readonly timeoutSeconds: number;
}

/** How a call can end. */
export type FinalStatus = Exclude<CallStatus, 'queued' | 'ringing' | 'in-progress'>;
