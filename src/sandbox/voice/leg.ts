// A leg of a call, as the account's side of it has it in its hands.
import type { Happening } from '../events/event.js';
import type { Thread } from '../events/stream.js';
import type { Call } from '../resources/calls/store.js';
import type { Listener } from './ear.js';
import type { FinalStatus } from './party.js';
import type { Reporting } from './progress.js';
import type { Sound } from './sound.js';

/** Thrown where a call was under way when it ended. */
export class CallEnded extends Error {
  override readonly name = 'CallEnded';
}

/** One leg of a call, between the account and somebody. */
export interface Leg {
  readonly sid: string;
  /** The row, as it is now. */
  call(): Call;
  /** Aborts with CallEnded when it is over, with SandboxStopped when the sandbox is. */
  readonly over: AbortSignal;
  /** Aborts when it was taken out of what it is connected to. */
  readonly away: AbortSignal;
  /** The phone's number and ours: they share their cookies. */
  readonly numbers: readonly [phone: string, number: string];
  /** Where it stands in the chain of causes. */
  thread(): Thread;
  /** Adds an event that the last one of this leg led to. */
  emit(happening: Happening): number;
  /** Says that an event outside of it is what leads on. */
  follows(event: number): void;
  /** Calls the far end; gives up after `timeout` milliseconds. */
  dial(timeout: number): void;
  /** Answers a call that came in. */
  answer(): void;
  /** Lets the far end hear something. */
  play(sound: Sound): void;
  /** Listens to the far end; whoever began last hears it. @returns how to stop */
  listen(listener: Listener): () => void;
  /** Calls back when it is answered, and when it is over. @returns how to stop */
  watch(watcher: () => void): () => void;
  /** Ends it from our side; a call that nobody has answered ends as `unanswered`. */
  hangUp(unanswered?: FinalStatus): void;
  /** Takes it out of what it is connected to, without ending it. */
  depart(): void;
  /** Who wants to know how it gets on; a new one takes the old one's place. */
  report(reporting: Reporting): void;
  /** Ends it after so many milliseconds from its answer. */
  limit(milliseconds: number): void;
  /** Ends it without telling the app: the sandbox stops. */
  drop(reason: unknown): void;
}
