// What phones do over the control API, as the routes, their contract and the client know it.
import type { TextUnderway } from '../messaging/text-gateway.js';
import type { LoggedCall } from '../phones/calls/call-log.js';
import type { PhoneCall } from '../phones/calls/phone-call.js';

/** The answer of `POST /_sandbox/phones/{number}/call`: the call, and the trace of its events. */
export type PlacedCall = LoggedCall & Pick<PhoneCall, 'traceId'>;

/** The answer of `POST /_sandbox/phones/{number}/text?wait=none`. */
export type StartedText = Pick<TextUnderway, 'traceId'>;

/** What a phone can do in a call: the last segment of `POST /_sandbox/phones/{number}/calls/{sid}/{act}`. */
export const CALL_ACTS = ['answer', 'reject', 'hang-up', 'press', 'say'] as const;

/** See {@link CALL_ACTS}. */
export type CallAct = (typeof CALL_ACTS)[number];
