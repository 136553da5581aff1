// Sends the status callbacks of a call, one after the other.
import type { Clock } from '../platform/clock.js';
import { formatTime } from '../platform/formats.js';
import type { Parameter } from '../webhooks/signature.js';
import { findDuration } from './api/calls/store.js';
import type { CallRecord } from './legs/call-record.js';

/** The progress of a call, as an app can subscribe to it with `StatusCallbackEvent`. */
export type CallEvent = 'initiated' | 'ringing' | 'answered' | 'completed';

/** Where to send status callbacks, and for which events. */
export interface CallStatusCallback {
  readonly url: string;
  readonly method: string;
  readonly events: readonly string[];
}

/** The status callbacks of one call. */
export interface CallStatusCallbacks {
  /** Sends a status callback if the app asked for this event. `sipCode` says how an outbound call ended. */
  send(event: CallEvent, sipCode?: number): void;
  /** Resolves when those sent so far have ended. */
  settled(): Promise<void>;
  /** Replaces the callback. */
  replace(callback: CallStatusCallback): void;
}

/** Creates the callbacks of a call. See https://www.twilio.com/docs/voice/api/call-resource#statuscallback. */
export function createCallStatusCallbacks(
  record: CallRecord,
  clock: Pick<Clock, 'now'>,
  first: CallStatusCallback | undefined,
): CallStatusCallbacks {
  let callback = first;
  let sequence = 0;
  let last: Promise<void> = Promise.resolve();

  function format(event: CallEvent, sipCode: number | undefined): Parameter[] {
    return [
      ...record.formatParameters(event === 'initiated' ? 'initiated' : undefined),
      ['Timestamp', formatTime(clock.now())],
      ['CallbackSource', 'call-progress-events'],
      ['SequenceNumber', String(sequence)],
      ...(event === 'completed' ? formatEnd(record, sipCode) : []),
    ];
  }

  return {
    send: (event, sipCode) => {
      if (!callback?.events.includes(event)) return;
      const { url, method } = callback;
      const parameters = format(event, sipCode);
      const trace = record.trace();
      // Recorded at Twilio: a call with callbacks for `completed` only has the number 0 in it.
      sequence += 1;
      // Each waits for the one before, so that they arrive in order.
      last = last.then(() => record.notifyApp({ purpose: 'call-status', url, method, parameters, trace }));
    },
    settled: () => last,
    replace: (next) => {
      callback = next;
    },
  };
}

function formatEnd(record: CallRecord, sipCode: number | undefined): Parameter[] {
  const call = record.call();
  const seconds = findDuration(call) ?? 0;
  const isOutbound = call.direction !== 'inbound';
  return [
    ['CallDuration', String(seconds)],
    ['Duration', String(Math.ceil(seconds / 60))],
    ...(isOutbound && sipCode !== undefined ? ([['SipResponseCode', String(sipCode)]] as const) : []),
  ];
}
