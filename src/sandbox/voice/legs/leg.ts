// A leg of a call, as the account's side of it has it in its hands.
import type { CallRecord } from './call-record.js';
import type { CallState } from './call-state.js';
import type { Listener } from './input-buffer.js';
import type { FinalStatus } from './remote-party.js';
import type { Sound } from './sound.js';
import type { Reporting } from './status-callbacks.js';

/** Thrown where a call was under way when it ended. */
export class CallEnded extends Error {
  override readonly name = 'CallEnded';
}

/** Thrown where a call was under way when somebody sent it elsewhere. */
export class CallRedirected extends Error {
  override readonly name = 'CallRedirected';
}

/** One leg of a call, between the account and somebody. */
export interface Leg extends CallRecord, Omit<CallState, 'ring' | 'hangUp'> {
  /** Aborts with CallRedirected when it is taken out of what it is connected to now. */
  readonly away: AbortSignal;
  /** Takes it out of that, without ending it. */
  depart(): void;
  /** Lets the far end hear something. */
  play(sound: Sound): void;
  /** Listens to the far end; whoever began last hears it. @returns how to stop */
  listen(listener: Listener): () => void;
  /** Ends it from our side; a call that nobody has answered ends as `unanswered`. */
  hangUp(unanswered?: FinalStatus): void;
  /** Who wants to know how it gets on; a new one takes the old one's place. */
  report(reporting: Reporting): void;
}
