// The texts that wait: for the time they are to be sent at, for their media, or for a slow phone.
import type { Clock } from '../../platform/clock.js';
import { CALLBACK_DELAY_MS } from '../../webhooks/callback-delay.js';
import { SandboxStopped } from '../../webhooks/dispatch.js';
import type { InFlightMessage } from '../api/messages/in-flight.js';
import type { Message } from '../api/messages/store.js';

/** The texts that wait. */
export interface WaitingMessages {
  /** Lets a text wait for what its row says it waits for. */
  add(parcel: InFlightMessage): void;
  /** Takes out a message that is not to be sent after all. */
  drop(sid: string): InFlightMessage | undefined;
  /** Whether one of that trace waits, and not for a time that somebody set. */
  has(traceId: string): boolean;
  /** Drops all. */
  forget(): void;
}

/** What a wait is made of. */
export interface WaitingDeps {
  readonly clock: Clock;
  /** Gets a message its media. @returns the error code it has to end with when they could not be had; else null */
  readonly collect: (parcel: InFlightMessage) => Promise<number | null>;
  /** Takes a text whose wait is over, with the code that its media got it. */
  readonly resume: (parcel: InFlightMessage, refusal: number | null) => void;
}

/** Starts without any. */
export function createWaitingMessages({ clock, collect, resume }: WaitingDeps): WaitingMessages {
  const waits = new Map<string, { readonly parcel: InFlightMessage; readonly cancel: () => void }>();

  function add(parcel: InFlightMessage): void {
    const { sid } = parcel.message;
    const end = (refusal: number | null) => {
      if (waits.get(sid)?.parcel !== parcel) return;
      waits.delete(sid);
      resume(parcel, refusal);
    };
    waits.set(sid, { parcel, cancel: begin(parcel, end) });
  }

  function begin(parcel: InFlightMessage, end: (refusal: number | null) => void): () => void {
    const { message } = parcel;
    if (isForMedia(message))
      return clock.after(CALLBACK_DELAY_MS, () => void clock.during(gather(parcel, end)));
    return clock.after(Math.max(0, (message.dueAt ?? 0) - clock.now()), () => end(null));
  }

  async function gather(parcel: InFlightMessage, end: (refusal: number | null) => void): Promise<void> {
    try {
      end(await collect(parcel));
    } catch (error) {
      if (!(error instanceof SandboxStopped)) throw error;
    }
  }

  function drop(sid: string): InFlightMessage | undefined {
    const wait = waits.get(sid);
    wait?.cancel();
    waits.delete(sid);
    return wait?.parcel;
  }

  return {
    add,
    drop,
    has: (traceId) =>
      [...waits.values()].some(
        ({ parcel: { message, thread } }) => thread.traceId === traceId && message.status !== 'scheduled',
      ),
    forget: () => {
      for (const sid of [...waits.keys()]) drop(sid);
    },
  };
}

/** Media are fetched before anything is sent. */
function isForMedia({ status }: Message): boolean {
  return status === 'accepted' || status === 'queued';
}
