// The far end of a call's leg, as the leg and the far end see each other.
import type { EventFields } from '../../platform/events/event.js';
import type { TraceContext } from '../../platform/events/stream.js';
import type { CallStatus } from '../api/calls/store.js';
import type { Sound } from './sound.js';

/** How a call can end. */
export type FinalStatus = Exclude<CallStatus, 'queued' | 'ringing' | 'in-progress'>;

/** Whoever is at the far end of a leg: a phone, or another number of the account. */
export interface RemoteParty {
  /** Is given the line that it is on, before anything else. */
  join(line: RemoteLine): void;
  /** It is called. What it does about that, it says on the line. */
  ring(): void;
  /** The call that it placed is answered. */
  answered(): void;
  hear(sound: Sound): void;
  ended(status: FinalStatus): void;
}

/** What the far end can do on a leg. */
export interface RemoteLine {
  readonly sid: string;
  /** Where the leg stands in the chain of causes. */
  thread(): TraceContext;
  /** Adds an event to the chain of the leg's. */
  emit(happening: EventFields): void;
  /** Says that it rings there. */
  ringing(): void;
  answer(): void;
  /** Does not take the call. */
  decline(status: 'busy' | 'failed' | 'no-answer', sipCode: number): void;
  /** Makes a sound; while nobody listens, it waits for somebody who does. */
  utter(sound: Sound): void;
  hangUp(): void;
}
