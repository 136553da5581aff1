// Tells apps how a call gets on: one status callback after the other.

import { formatTime } from '../../platform/formats.js';
import type { Parameter } from '../../webhooks/signature.js';
import { findDuration } from '../api/calls/format.js';
import { type CallSubject, tellApp } from '../execution/call-webhooks.js';
import { formatCallParameters } from '../execution/webhook-parameters.js';

/** What a status callback can be had of. */
export type CallEvent = 'initiated' | 'ringing' | 'answered' | 'completed';

/** Who wants to know how a call gets on, and what of it. */
export interface Reporting {
  readonly url: string;
  readonly method: string;
  readonly events: readonly string[];
}

/** The status callbacks of one call. */
export interface ProgressReport {
  to(reporting: Reporting | undefined): void;
  tell(event: CallEvent, sipCode?: number): void;
}

/** Starts the callbacks of a leg; see https://www.twilio.com/docs/voice/api/call-resource#statuscallback. */
export function createProgressReport(about: CallSubject, first: Reporting | undefined): ProgressReport {
  let reporting = first;
  let sequence = 0;
  let last: Promise<void> = Promise.resolve();
  return {
    to: (next) => {
      reporting = next;
    },
    tell: (event, sipCode) => {
      if (!reporting?.events.includes(event)) return;
      const { url, method } = reporting;
      const parameters = formatProgress(about, { event, sipCode, sequence });
      sequence += 1;
      // What comes first is told first.
      last = last.then(() => tellApp(about, { purpose: 'call-status', url, method, parameters }));
    },
  };
}

interface Moment {
  readonly event: CallEvent;
  readonly sipCode: number | undefined;
  readonly sequence: number;
}

function formatProgress({ world, leg }: CallSubject, { event, sipCode, sequence }: Moment): Parameter[] {
  const call = leg.call();
  const duration = findDuration(call) ?? 0;
  const isOutbound = call.direction !== 'inbound';
  return [
    ...formatCallParameters(world, call, event === 'initiated' ? 'initiated' : call.status),
    ['Timestamp', formatTime(world.now())],
    ['CallbackSource', 'call-progress-events'],
    ['SequenceNumber', String(sequence)],
    ...(event === 'completed'
      ? ([
          ['CallDuration', String(duration)],
          ['Duration', String(Math.ceil(duration / 60))],
          ...(isOutbound && sipCode !== undefined ? ([['SipResponseCode', String(sipCode)]] as const) : []),
        ] as const)
      : []),
  ];
}
