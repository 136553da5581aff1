// Finds the event of a text or call, so that a list can lead to what caused it.
import type { SandboxEvent } from '../platform/events/event.js';
import type { EventStream } from '../platform/events/stream.js';

/** Where the event of something is: its trace and its id; null if the sandbox no longer knows it. */
export interface EventLink {
  readonly traceId: string | null;
  readonly eventId: number | null;
}

/** The events of texts and calls, as they were when this was created. */
export interface EventLinks {
  /** The event with which a text reached its phone, or was received from its phone. */
  text(sid: string | null): EventLink;
  /** The event with which a phone was shown the caller. @param sid of the phone's leg */
  callerId(sid: string): EventLink;
  /** The event with which a phone heard a sound of a call: number `index` of the `count` sounds that its log has. */
  heard(sid: string, index: number, count: number): EventLink;
}

/** Reads the kept events once, when the first link is asked for. */
export function createEventLinks(events: Pick<EventStream, 'list' | 'traceOfSid'>): EventLinks {
  let known: ReturnType<typeof indexEvents> | undefined;
  const read = () => {
    known ??= indexEvents(events.list());
    return known;
  };
  const linkTo = (sid: string | null, event: SandboxEvent | undefined): EventLink => ({
    traceId: event?.traceId ?? (sid === null ? null : (events.traceOfSid(sid)?.traceId ?? null)),
    eventId: event?.id ?? null,
  });
  return {
    text: (sid) => linkTo(sid, sid === null ? undefined : read().texts.get(sid)),
    callerId: (sid) => linkTo(sid, read().callers.get(sid)),
    heard: (sid, index, count) => {
      // The oldest events of a call may be forgotten, so count from its end.
      const sounds = read().sounds.get(sid) ?? [];
      return linkTo(sid, sounds[index - count + sounds.length]);
    },
  };
}

function indexEvents(events: readonly SandboxEvent[]) {
  const texts = new Map<string, SandboxEvent>();
  const callers = new Map<string, SandboxEvent>();
  const sounds = new Map<string, SandboxEvent[]>();
  for (const event of events) {
    if (event.kind === 'text.reached-phone') texts.set(event.sid, event);
    else if (event.kind === 'text.received' && event.sid !== null) texts.set(event.sid, event);
    else if (event.kind !== 'phone.call') continue;
    else if (event.act === 'rings' || event.act === 'is busy') callers.set(event.sid, event);
    else if (event.act === 'hears') sounds.set(event.sid, [...(sounds.get(event.sid) ?? []), event]);
  }
  return { texts, callers, sounds };
}
