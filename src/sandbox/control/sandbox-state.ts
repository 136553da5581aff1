// The state of a sandbox and its clock, as the control API answers them.
import type { AppContact } from '../server/app-contact.js';

/** The state of the sandbox, at one moment. */
export interface SandboxState {
  /** Different each time the sandbox starts; see `EventStream`. */
  readonly epoch: string;
  readonly mode: 'sandbox';
  /** Of relay-phone. */
  readonly version: string;
  /** The ids of the newest event and of the oldest that is kept; with none, the oldest is the next. */
  readonly lastEventId: number;
  readonly oldestEventId: number;
  readonly clock: ClockReading;
  readonly accountSid: string;
  /** How many traces have something in progress. */
  readonly openTraces: number;
  readonly app: AppContact;
}

/** The answer of `/_sandbox/clock`. Times are ISO 8601. */
export interface ClockReading {
  readonly mode: 'real' | 'manual';
  readonly now: string;
  /** When the next thing falls due; null if nothing waits for a time. */
  readonly nextTimerAt: string | null;
}
