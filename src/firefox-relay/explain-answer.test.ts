// Explains every answer of an app by its status and message, in any form of the message.
import { expect, it } from 'vitest';
import { explainAnswer } from './explain-answer.js';
import { readAnswer } from './read-answer.js';

const ORIGIN = 'http://127.0.0.1:8000';

const DEBUG_PAGE = `<!DOCTYPE html><html><head><title>BadRequest
   at /api/v1/relaynumber/suggestions/</title></head><body>
   <pre class="exception_value">available_numbers: This user hasn&#x27;t verified a RealPhone yet.</pre>`;

/** Answers of Relay, of a server in front of it, and of other servers. */
it.each<[number, unknown, string, RegExp, RegExp]>([
  [
    400,
    [
      "Relay Phone is currently only available for these country codes: ['CA', 'PR', 'US']. Your phone number country code is: 'NL'.",
    ],
    'usage',
    /a country the app does not serve \(it serves CA, PR, US\)/,
    /TWILIO_ALLOWED_COUNTRY_CODES/,
  ],
  [
    400,
    {
      number: ['number must be in E.164 format, or in local national format of the country detected: None'],
    },
    'usage',
    /does not accept \+12025550190 as a phone number/,
    /E\.164/,
  ],
  [
    400,
    { number: ['Ensure this field has no more than 15 characters.'] },
    'usage',
    /as a phone number/,
    /E\.164/,
  ],
  [
    400,
    ['Could not get number details for +12025550190'],
    'needsUser',
    /asked Twilio Lookup/,
    /only valid numbers/,
  ],
  [
    400,
    'BadRequest at /api/v1/realphone/\nUser already has a verified number.\n\nTraceback',
    'needsUser',
    /verified another phone/,
    /that phone/,
  ],
  [
    400,
    'DisallowedHost at /api/v1/realphone/\nInvalid HTTP_HOST header',
    'needsUser',
    /does not accept the host name 127\.0\.0\.1/,
    /ALLOWED_HOSTS/,
  ],
  [
    400,
    ['Could not find that verification_code for user and number. It may have expired.'],
    'needsUser',
    /does not know this code/,
    /--code NNNNNN/,
  ],
  [400, DEBUG_PAGE, 'needsUser', /has no verified phone/, /--verify/],
  [400, ['User does not have a verified real phone.'], 'needsUser', /has no verified phone/, /--verify/],
  [
    400,
    ["Relay number must be in a supported country: ['CA', 'PR', 'US']"],
    'needsUser',
    /the mask is in a country/,
    /restart/,
  ],
  [400, ['This number is already claimed.'], 'needsUser', /another user .* has this mask/, /new suggestions/],
  [400, { number: ['relay number with this number already exists.'] }, 'needsUser', /another user/, /--mask/],
  [
    400,
    ['Invalid phone number: (1) The string supplied did not seem to be a phone number.'],
    'usage',
    /does not accept the mask/,
    /suggests/,
  ],
  [
    400,
    ['Something new.'],
    'needsUser',
    /that Relay never gives \(HTTP 400\); it says: Something new\.$/,
    /log/,
  ],
  [
    401,
    { detail: 'Invalid token.' },
    'needsUser',
    /does not know the token; it says: Invalid token\.$/,
    /\/api\/v1\/profiles\//,
  ],
  [
    403,
    { detail: 'You do not have permission to perform this action.' },
    'needsUser',
    /no phone service/,
    /checkout prepare/,
  ],
  [
    403,
    '<title>403 Forbidden</title><h1>CSRF verification failed.</h1>',
    'needsUser',
    /refuses with an HTML page.*; it says: 403 Forbidden\.$/,
    /./,
  ],
  [
    404,
    '<title>Page not found at /api/v1/realphone/</title>',
    'needsUser',
    /its phone features are off, or it is not a Relay/,
    /PHONES_ENABLED=True/,
  ],
  [405, { detail: 'Method "POST" not allowed.' }, 'needsUser', /no such API \(HTTP 405\)/, /PHONES_ENABLED/],
  [409, { detail: 'Something else.' }, 'needsUser', /HTTP 409\); it says: Something else\.$/, /log/],
  [
    429,
    { detail: 'Request was throttled. Expected available in 42 seconds.' },
    'refused',
    /accepts the next one in 42 s/,
    /PHONE_RATE_LIMIT/,
  ],
  [
    500,
    'TwilioRestException at /api/v1/relaynumber/\nHTTP 400 error: Unable to create record: Invalid media URL(s).',
    'fault',
    /starts with SITE_ORIGIN/,
    /a URL with http/,
  ],
  [
    500,
    "TwilioRestException at /api/v1/realphone/\nMismatch between the 'From' number +12025550155 and the account AC1.",
    'fault',
    /Twilio account does not own the main number/,
    /TWILIO_MAIN_NUMBER/,
  ],
  [
    500,
    'TwilioRestException at /api/v1/realphone/\nHTTP 401 error: Unable to create record: Authenticate\n\nRequest',
    'fault',
    /Twilio does not know the app's account/,
    /relay-phone exec --/,
  ],
  [
    500,
    'TwilioRestException at /api/v1/realphone/\nHTTP 400 error: Unable to create record: New.\n\nRequest',
    'fault',
    /HTTP 500\); it says: TwilioRestException .* New\.$/,
    /own log/,
  ],
  [
    500,
    "ConnectionError at /api/v1/realphone/\nHTTPSConnectionPool(host='api.twilio.com', port=443): Max retries",
    'network',
    /could not reach Twilio/,
    /relay-phone exec --/,
  ],
  [
    500,
    'Exception at /api/v1/realphone/\nMust define TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN\n',
    'needsUser',
    /has no Twilio account/,
    /relay-phone init/,
  ],
  [
    500,
    'OperationalError at /api/v1/realphone/\nno such table: phones_realphone\n',
    'needsUser',
    /lacks migrations/,
    /checkout prepare/,
  ],
  [
    403,
    { detail: 'Requires outbound_phone waffle flag.' },
    'needsUser',
    /flag outbound_phone is off/,
    /--outbound-phone/,
  ],
  [500, '<h1>Server Error (500)</h1>', 'fault', /the app failed \(HTTP 500\)\.$/, /own log/],
  [
    502,
    { detail: 'Failed to send the text: the owner texted STOP (Twilio 21610).' },
    'refused',
    /at Twilio; it says: Failed to send .* 21610\)\.$/,
    /text START/,
  ],
  [502, { detail: 'Failed to send the text: no answer.' }, 'refused', /at Twilio/, /relay-phone status/],
  [502, '<title>502 Bad Gateway</title>', 'fault', /it says: 502 Bad Gateway\.$/, /own log/],
  [503, '', 'fault', /HTTP 503/, /own log/],
  [
    200,
    '<!doctype html><title>Vite</title>',
    'needsUser',
    /is not JSON \(HTTP 200\); it says: Vite\.$/,
    /a different program/,
  ],
  [200, '{"number":', 'needsUser', /is not JSON/, /--app URL/],
  [201, { ok: true }, 'needsUser', /JSON that is not Relay's/, /--app URL/],
  [200, ['x'], 'needsUser', /JSON that is not Relay's/, /--app URL/],
  [418, 'teapot', 'needsUser', /HTTP 418\); it says: teapot\.$/, /log/],
])('an answer of %d with %j is explained as %s', (status, body, kind, reason, advice) => {
  const raw = typeof body === 'string' ? body : JSON.stringify(body);
  const read = readAnswer({ status, headers: {}, body: raw }, 'secret', new URL(ORIGIN));
  const findAdvice = (code: number) => (code === 21610 ? ['text START'] : undefined);
  const start = 'relay-phone exec -- .venv/bin/python manage.py runserver 8137';
  const asked = {
    origin: ORIGIN,
    task: 'ask',
    number: '+12025550190',
    starts: [start],
    exec: start,
    findAdvice,
  };
  const { id, error } = explainAnswer(asked, read);
  expect([id, error.kind]).toEqual([undefined, kind]);
  expect(error.message).toMatch(reason);
  expect(error.tryNext.join('\n')).toMatch(advice);
});
