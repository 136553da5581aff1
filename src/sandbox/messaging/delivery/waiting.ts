// The messages that wait: for the time they are scheduled for, for their media, or for a slow phone.
import type { Clock } from '../../platform/clock.js';
import { SandboxStopped } from '../../webhooks/dispatch.js';
import { CALLBACK_DELAY_MS } from '../../webhooks/status-callbacks.js';
import type { Message } from '../api/messages/message.js';
import type { InFlightMessage } from './outcome.js';

/** The messages that wait. */
export interface WaitingMessages {
  /** Starts a wait: for the message's media, else until its `dueAt`. */
  add(entry: InFlightMessage): void;
  /** Ends the wait of a message that will not be sent. @returns the message; undefined if it does not wait */
  drop(sid: string): InFlightMessage | undefined;
  /** The traces of the messages that wait; scheduled messages do not count. */
  traces(): readonly string[];
  /** Ends all waits. @returns the messages that have waited */
  clear(): InFlightMessage[];
}

/** What waiting needs. */
export interface WaitingDeps {
  readonly clock: Clock;
  /** Fetches a message's media. @returns the error code that the message ends with if that fails, otherwise null */
  readonly fetchMedia: (entry: InFlightMessage) => Promise<number | null>;
  /** Called when a wait is over; `refusal` is the error code of the media, null if all is well. */
  readonly resume: (entry: InFlightMessage, refusal: number | null) => void;
}

/** Creates an empty set of waiting messages. */
export function createWaitingMessages({ clock, fetchMedia, resume }: WaitingDeps): WaitingMessages {
  const waits = new Map<string, { readonly entry: InFlightMessage; readonly cancel: () => void }>();

  function add(entry: InFlightMessage): void {
    const { sid } = entry.message;
    const end = (refusal: number | null) => {
      if (waits.get(sid)?.entry !== entry) return;
      waits.delete(sid);
      resume(entry, refusal);
    };
    waits.set(sid, { entry, cancel: begin(entry, end) });
  }

  function begin(entry: InFlightMessage, end: (refusal: number | null) => void): () => void {
    const { message } = entry;
    if (isForMedia(message))
      return clock.after(CALLBACK_DELAY_MS, () => void clock.during(waitForMedia(entry, end)));
    return clock.after(Math.max(0, (message.dueAt ?? 0) - clock.now()), () => end(null));
  }

  async function waitForMedia(entry: InFlightMessage, end: (refusal: number | null) => void): Promise<void> {
    try {
      end(await fetchMedia(entry));
    } catch (error) {
      if (!(error instanceof SandboxStopped)) throw error;
    }
  }

  function drop(sid: string): InFlightMessage | undefined {
    const wait = waits.get(sid);
    wait?.cancel();
    waits.delete(sid);
    return wait?.entry;
  }

  return {
    add,
    drop,
    traces: () =>
      [...waits.values()]
        .filter(({ entry }) => entry.message.status !== 'scheduled')
        .map(({ entry }) => entry.trace.traceId),
    clear: () => [...waits.keys()].flatMap((sid) => drop(sid) ?? []),
  };
}

/** Media are fetched before a message is sent. */
function isForMedia({ status }: Message): boolean {
  return status === 'accepted' || status === 'queued';
}
