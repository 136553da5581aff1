// What the comparison with Twilio leaves out: printed in every such report, and listed in docs/conformance.md.
import { ANSWER_DELAY_MS, WEBHOOK_DELAY_MS } from './compare.js';
import { LOOSE_NAMES, MOVING_NAMES } from './stand-ins.js';

/** One sentence for each. */
export const NOT_COMPARED: readonly string[] = [
  'which SID, token, number, address or date a value is; its form is compared, and which values are the same',
  `the values, but not the types, of ${[...LOOSE_NAMES].join(', ')}, and of what a behaviour marks as loose`,
  `the values of ${[...MOVING_NAMES].join(', ')}; of a price its sign is compared, once there is one`,
  'the values of numbers of a million and more',
  'places, durations, timestamps and tokens in webhooks; that they are there is compared',
  'headers of the network, such as date, server and content-length, and of webhooks those that a tunnel may add',
  'the values of headers that differ in each answer, such as twilio-request-id',
  'the order of keys in JSON, and of parameters',
  'the other fields of an answer if only one side refuses the request',
  'webhooks that a behaviour does not wait for, and those of other phones',
  'the order of webhooks to different URLs, unless the behaviour names both',
  `delays up to ${ANSWER_DELAY_MS / 1000} s of an answer and ${WEBHOOK_DELAY_MS / 1000} s of a webhook`,
];
