// Behaviours of requests for calls that Twilio refuses. A refused call costs nothing.
import type { TwilioBehaviour, Values } from '../behaviour.js';
import { getRefused, postRefused, type SingleRequest, singleRequests } from './build.js';

/** A call from one own number to the other that ends at once, with other parameters. */
function refused(changed: Record<string, string | undefined>, code: number) {
  const all = {
    From: '{a}',
    To: '{b}',
    Twiml: '<Response><Hangup/></Response>',
    TimeLimit: '30',
    ...changed,
  };
  const form = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Values;
  return postRefused('/Calls.json', form, 400, code, { creates: 'Calls' });
}

const digits = (id: string, row: string, value: string): SingleRequest => [
  id,
  row,
  `a call with SendDigits "${value}" is refused with 21206`,
  refused({ SendDigits: value }, 21206),
];

const PRIVATE = 'http://192.168.1.2/';

/** See the first line. */
export const REFUSED_CALL_BEHAVIOURS: readonly TwilioBehaviour[] = singleRequests(
  'calls',
  [
    ['no-recipient', 'F242.1', 'a call without To is refused with 21201', refused({ To: '' }, 21201)],
    ['no-caller', 'F242.2', 'a call without From is refused with 21213', refused({ From: '' }, 21213)],
    ['bad-caller', 'F242.3', 'a call from "me" is refused with 21212', refused({ From: 'me' }, 21212)],
    [
      'foreign-caller',
      'F242.4',
      'a call from a number of somebody else is refused with 21210',
      refused({ From: '+12025550101' }, 21210),
    ],
    [
      'invalid-recipient',
      'F242.5',
      'a call to an invalid number is refused with 21217',
      refused({ To: '+12223334444' }, 21217),
    ],
    ['to-itself', 'F242.6', 'a call to its own caller is refused with 21267', refused({ To: '{a}' }, 21267)],
    [
      'no-url',
      'F242.7',
      'a call with neither URL nor TwiML is refused with 21205',
      refused({ Twiml: '' }, 21205),
    ],
    [
      'bad-url',
      'F242.8',
      'a call with an ftp URL is refused with 21205',
      refused({ Url: 'ftp://a.b/' }, 21205),
    ],
    [
      'bad-method',
      'F242.9',
      'a call with the method PUT is refused with 21209',
      refused({ Url: 'https://example.com/', Method: 'PUT' }, 21209),
    ],
    [
      'no-application',
      'F242.10',
      'a call of a TwiML app that does not exist is refused with 21218',
      refused({ ApplicationSid: 'AP1' }, 21218),
    ],
    [
      'bad-timeout',
      'F242.11',
      'a call with a timeout of 601 seconds is refused with 21208',
      refused({ Timeout: '601' }, 21208),
    ],
    [
      'bad-event',
      'F242.13',
      'a call with an unknown event is refused with 21626',
      refused({ StatusCallback: 'https://example.com/', StatusCallbackEvent: 'done' }, 21626),
    ],
    [
      'long-twiml',
      'F242.14',
      'a call with more than 4000 characters of TwiML is refused',
      refused({ Twiml: `<Response>${' '.repeat(4000)}</Response>` }, 20422),
    ],
    digits('digits-comma', 'F407.1', '12,3'),
    digits('digits-letter', 'F407.2', 'x'),
    digits('digits-space', 'F407.3', '1 2'),
    digits('digits-dash', 'F407.4', '1-2'),
    [
      'private-url',
      'F243.1',
      'a call with a URL on a private host is refused',
      refused({ Url: PRIVATE }, 21205),
    ],
    [
      'private-fallback',
      'F243.2',
      'a call with a fallback URL on a private host is refused',
      refused({ Twiml: undefined, Url: 'https://example.com/', FallbackUrl: PRIVATE }, 21205),
    ],
    [
      'private-callback',
      'F243.3',
      'a call with a status callback on a private host is refused',
      refused({ StatusCallback: PRIVATE }, 21205),
    ],
    [
      'owned-caller-id',
      'F651.11',
      'a caller id that the account owns is refused with 21449',
      postRefused('/OutgoingCallerIds.json', { PhoneNumber: '{a}' }, 400, 21449),
    ],
    [
      'unknown',
      'F651.2',
      'a call that does not exist is answered with 20404',
      getRefused(`/Calls/CA${'0'.repeat(32)}.json`, 404, 20404),
    ],
  ],
  { cost: { calls: 1 } },
);
