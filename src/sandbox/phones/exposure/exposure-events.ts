// Emits an event whenever a phone is shown a number that is watched, while it happens.
import type { DeliveredText, TextGateway } from '../../messaging/text-gateway.js';
import type { Store } from '../../platform/database.js';
import type { EventStream, TraceContext } from '../../platform/events/stream.js';
import { type AssertionStore, isForbidden } from './assertions.js';
import { asCaller, asSender, asWritten, type ShownNumberFacts } from './find-exposures.js';
import type { WatchedNumbers } from './watched-numbers.js';

/** A call that shows a phone something. */
export interface ShowingCall {
  /** The phone that is shown it, E.164. */
  readonly phone: string;
  /** The SID of its leg. */
  readonly sid: string;
  /** Its cause is the event that shows it. */
  readonly trace: TraceContext;
}

/** Reports what phones are shown. The events find the same numbers as `findExposures` does. */
export interface ExposureEvents extends Pick<TextGateway, 'textShown'> {
  /** Reports the caller that a phone is shown. */
  callerShown(call: ShowingCall, caller: string): void;
  /** Reports what a phone hears. */
  soundHeard(call: ShowingCall, content: string): void;
}

const TEXT_FILES = `SELECT CAST(bytes AS TEXT) AS content FROM mediaFiles JOIN media ON media.seq = mediaFiles.seq
  WHERE messageSid = ? AND contentType LIKE 'text/%' ORDER BY media.seq`;

/** Creates the reports. Texts pass here when they are delivered: one without numbers costs next to nothing. */
export function createExposureEvents(deps: {
  readonly store: Store;
  readonly events: Pick<EventStream, 'emit'>;
  readonly assertions: Pick<AssertionStore, 'find'>;
  readonly watched: WatchedNumbers;
}): ExposureEvents {
  const { events, assertions, watched } = deps;
  const textFiles = deps.store.query<{ content: string }>(TEXT_FILES);

  function report({ phone, sid, trace }: ShowingCall, number: string, facts: ShownNumberFacts): void {
    const assertion = assertions.find(number);
    const assertionId = assertion && isForbidden(assertion, phone) ? assertion.id : null;
    events.emit({ kind: 'exposure', ...trace, phone, number, sid, assertionId, ...facts });
  }

  function search(shown: ShowingCall, how: 'body' | 'media' | 'heard', content: string): void {
    for (const { number, ...written } of watched.findIn(content)) {
      if (number !== shown.phone) report(shown, number, asWritten(how, content, written));
    }
  }

  function textShown({ sid, from, to, body, mediaUrls }: DeliveredText, trace: TraceContext): void {
    watched.add(to);
    const shown = { phone: to, sid, trace };
    if (from !== to && watched.has(from)) report(shown, from, asSender(from, body));
    search(shown, 'body', body);
    if (mediaUrls.length === 0) return;
    for (const { content } of textFiles.all(sid)) search(shown, 'media', content);
  }

  return {
    textShown,
    callerShown: (call, caller) => {
      if (caller !== call.phone && watched.has(caller)) report(call, caller, asCaller(caller));
    },
    soundHeard: (call, content) => search(call, 'heard', content),
  };
}
