// What an answer means that is no refusal of Relay's own: no access, no such API, no JSON, too fast, or broken.
import { quote, type Row } from './meaning.js';
import { describeToken } from './token.js';

const RUNS =
  'relay-phone serve, or in a Relay checkout python manage.py runserver (in the sandbox behind relay-phone exec --)';

/** First match first; the last one matches all. */
export const TROUBLES: readonly Row[] = [
  {
    matches: ({ status }) => status === 401,
    mean: ({ origin }, { words }) => ({
      kind: 'needsUser',
      reason: `the app does not know the token${quote(words)}`,
      tryNext: describeToken(origin),
    }),
  },
  {
    matches: ({ status, json }) => status === 403 && json === undefined,
    mean: (_asked, { words }) => ({
      kind: 'needsUser',
      reason: `the app refuses with a page, as for a form without a session, and not as an API does${quote(words)}`,
      tryNext: ['--app with the origin of a Firefox Relay, or of relay-phone serve'],
    }),
  },
  {
    matches: ({ status }) => status === 403,
    mean: (_asked, { words }) => ({
      kind: 'needsUser',
      reason: `the token's user may not: they have no phone service${quote(words)}`,
      tryNext: [
        'in a checkout of Firefox Relay: relay-phone checkout prepare, which makes the flags and a user with phones',
        'then restart the app: it remembers the flags it has seen',
        'for a user of your own: relay-phone checkout prepare --email ADDRESS',
        'relay-phone checkout status, to see what is missing',
      ],
    }),
  },
  {
    matches: ({ status }) => status === 404 || status === 405,
    mean: ({ origin }, { status }) => ({
      kind: 'needsUser',
      reason: `${origin} has no such API (HTTP ${status}): its phone features are off, or it is no Relay`,
      tryNext: [
        "relay-phone init, which sets PHONES_ENABLED=True in the app's .env; then restart it",
        '--app URL, with the origin of the app',
        `start one: ${RUNS}`,
      ],
    }),
  },
  {
    matches: ({ status }) => status === 429,
    mean: (_asked, { words }) => ({
      kind: 'refused',
      reason: `the app got too many requests${waitOf(words)}`,
      tryNext: [
        'wait a minute, then run it again',
        "raise PHONE_RATE_LIMIT in the app's .env, and restart it",
      ],
    }),
  },
  {
    matches: ({ status }) => status >= 300 && status < 400,
    mean: ({ origin }, { status, location = 'nowhere' }) => ({
      kind: 'needsUser',
      reason: `the app sends us elsewhere (HTTP ${status}, to ${location}), and the token is not sent after it`,
      tryNext: [redirectAdvice(origin, location), '--app URL, with the origin that answers the API itself'],
    }),
  },
  {
    matches: ({ status, detail }) => status === 502 && detail !== undefined,
    mean: ({ findAdvice }, { detail = '' }) => {
      const code = Number(/\(Twilio (\d{5,6})\)/.exec(detail)?.[1]);
      const advice = (code && findAdvice?.(code)) || [
        'relay-phone status, and relay-phone send-test --direct',
      ];
      const reason = `the app could not do it at Twilio${quote(detail)}`;
      return { kind: 'refused', reason, tryNext: advice, ...(code && { twilioCode: code }) };
    },
  },
  {
    matches: ({ status }) => status >= 500,
    mean: ({ texts }, { status, words }) => ({
      kind: 'fault',
      reason: `the app failed (HTTP ${status})${quote(words)}`,
      tryNext: [
        "read the app's own log: the last error in it is the cause",
        "when Twilio refused: check TWILIO_… in the app's .env with relay-phone status, and restart the app",
        ...(texts ? ['relay-phone send-test --direct, which tries the same text without the app'] : []),
      ],
    }),
  },
  {
    matches: ({ status, json }) => status < 300 && (typeof json !== 'object' || json === null),
    mean: ({ origin }, { status, words }) => ({
      kind: 'needsUser',
      reason: `${origin} answered with something that is not JSON (HTTP ${status})${quote(words)}`,
      tryNext: [
        '--app URL: this may be a web server in front of the app, or another program',
        `start one: ${RUNS}`,
      ],
    }),
  },
  {
    matches: ({ status }) => status < 300,
    mean: ({ origin }, { status }) => ({
      kind: 'needsUser',
      reason: `${origin} answered with JSON that is not Relay's (HTTP ${status})`,
      tryNext: ['--app URL, with the origin of the app', `start one: ${RUNS}`],
    }),
  },
  {
    id: 'wordless',
    matches: ({ status, words }) => status === 400 && /^(Bad Request ?)?(\(400\))?$/i.test(words),
    mean: () => ({
      kind: 'needsUser',
      reason: 'the app refused and did not say why (HTTP 400)',
      tryNext: [
        "set DEBUG=True in the app's .env and restart it: then it says why",
        "check ALLOWED_HOSTS in the app's .env: the host we asked must be on it",
        'without DEBUG a user gets this also who has verified another phone, or for a mask none',
      ],
    }),
  },
  {
    matches: () => true,
    mean: (_asked, { status, words }) => ({
      kind: 'needsUser',
      reason: `the app refused with an answer that Relay does not give (HTTP ${status})${quote(words)}`,
      tryNext: [
        "read the app's own log",
        "check ALLOWED_HOSTS in the app's .env: the host we asked must be on it",
        '--app URL, with the origin of the app',
      ],
    }),
  },
];

function waitOf(words: string): string {
  const seconds = /(\d+) seconds?/.exec(words)?.[1];
  return seconds ? `; it takes the next one in ${seconds} s` : '';
}

function redirectAdvice(origin: string, location: string): string {
  const wanted = URL.canParse(location) ? new URL(location).origin : origin;
  return wanted === origin
    ? 'a redirect to a sign-in page or another path: check that this is a Relay'
    : `relay-phone send-test --app ${wanted}, if that is the app`;
}
