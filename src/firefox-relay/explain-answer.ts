// Explains an app's answer that is not the one asked for: why, and what to do.
import { findSystemCode, RelayPhoneError } from '../errors.js';
import type { NoAnswer } from '../http/send.js';
import { listTokenAdvice } from './api-token.js';
import type { AppAnswer } from './read-answer.js';
import {
  type AnswerRule,
  type AppRequest,
  quoteAnswer,
  RELAY_FAILURES,
  RELAY_REFUSALS,
} from './relay-answers.js';

/** An answer that is not what was asked for. */
export interface ExplainedRefusal {
  /** Set for those that mean the thing asked for is there already. */
  readonly id: AnswerRule['id'];
  readonly status: number;
  readonly error: RelayPhoneError;
}

/** What the answer means, and what to do about it. Every answer is explained. */
export function explainAnswer(request: AppRequest, answer: AppAnswer): ExplainedRefusal {
  const rule = [...RELAY_REFUSALS, ...RELAY_FAILURES, ...OTHER_ANSWERS].find(({ matches }) =>
    matches(answer),
  );
  if (!rule) throw new Error('the last trouble matches every answer');
  const { twilioCode, reason, ...explanation } = rule.explain(request, answer);
  // What an app refuses it means to; only where it fails does the place tell something.
  const line = answer.status >= 500 && answer.line ? `; raised at ${answer.line}` : '';
  const error = new RelayPhoneError({
    task: request.task,
    ...explanation,
    reason: reason + line,
    ...(twilioCode && { twilioCode, more: `https://www.twilio.com/docs/errors/${twilioCode}` }),
  });
  return { id: rule.id, status: answer.status, error };
}

/** Explains a missing answer: the app does not run, which the user can fix, or the connection failed. */
export function explainNoAnswer({ task, origin }: AppRequest, silence: NoAnswer): RelayPhoneError {
  const isAbsent = findSystemCode(silence.cause) === 'ECONNREFUSED';
  return new RelayPhoneError({
    kind: isAbsent ? 'needsUser' : 'network',
    task,
    reason: isAbsent ? `no app is at ${origin}` : silence.message,
    tryNext: isAbsent
      ? [
          'relay-phone serve, a small Relay of our own',
          'in a checkout of Firefox Relay: python manage.py runserver',
          'and in the sandbox: relay-phone exec -- python manage.py runserver',
          '--app URL, when it is somewhere else',
        ]
      : [
          "read the app's own log: it may wait for Twilio",
          '--timeout SECONDS, to wait longer',
          '--app URL, when it is somewhere else',
        ],
    cause: silence,
  });
}

const START_ADVICE =
  'relay-phone serve, or in a Relay checkout python manage.py runserver (in the sandbox behind relay-phone exec --)';

/** First match first; the last one matches all. */
const OTHER_ANSWERS: readonly AnswerRule[] = [
  {
    matches: ({ status }) => status === 401,
    explain: ({ origin }, { words }) => ({
      kind: 'needsUser',
      reason: `the app does not know the token${quoteAnswer(words)}`,
      tryNext: listTokenAdvice(origin),
    }),
  },
  {
    matches: ({ status, json }) => status === 403 && json === undefined,
    explain: (_request, { words }) => ({
      kind: 'needsUser',
      reason: `the app refuses with a page, as for a form without a session, and not as an API does${quoteAnswer(words)}`,
      tryNext: ['--app with the origin of a Firefox Relay, or of relay-phone serve'],
    }),
  },
  {
    matches: ({ status }) => status === 403,
    explain: (_request, { words }) => ({
      kind: 'needsUser',
      reason: `the token's user may not: they have no phone service${quoteAnswer(words)}`,
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
    explain: ({ origin }, { status }) => ({
      kind: 'needsUser',
      reason: `${origin} has no such API (HTTP ${status}): its phone features are off, or it is no Relay`,
      tryNext: [
        "relay-phone init, which sets PHONES_ENABLED=True in the app's .env; then restart it",
        '--app URL, with the origin of the app',
        `start one: ${START_ADVICE}`,
      ],
    }),
  },
  {
    matches: ({ status }) => status === 429,
    explain: (_request, { words }) => ({
      kind: 'refused',
      reason: `the app got too many requests${describeWait(words)}`,
      tryNext: [
        'wait a minute, then run it again',
        "raise PHONE_RATE_LIMIT in the app's .env, and restart it",
      ],
    }),
  },
  {
    matches: ({ status }) => status >= 300 && status < 400,
    explain: ({ origin }, { status, location = 'nowhere' }) => ({
      kind: 'needsUser',
      reason: `the app sends us elsewhere (HTTP ${status}, to ${location}), and the token is not sent after it`,
      tryNext: [redirectAdvice(origin, location), '--app URL, with the origin that answers the API itself'],
    }),
  },
  {
    matches: ({ status, detail }) => status === 502 && detail !== undefined,
    explain: ({ findAdvice }, { detail = '' }) => {
      const code = Number(/\(Twilio (\d{5,6})\)/.exec(detail)?.[1]);
      const advice = (code && findAdvice?.(code)) || [
        'relay-phone status, and relay-phone send-test --direct',
      ];
      const reason = `the app could not do it at Twilio${quoteAnswer(detail)}`;
      return { kind: 'refused', reason, tryNext: advice, ...(code && { twilioCode: code }) };
    },
  },
  {
    matches: ({ status }) => status >= 500,
    explain: ({ texts }, { status, words }) => ({
      kind: 'fault',
      reason: `the app failed (HTTP ${status})${quoteAnswer(words)}`,
      tryNext: [
        "read the app's own log: the last error in it is the cause",
        "when Twilio refused: check TWILIO_… in the app's .env with relay-phone status, and restart the app",
        ...(texts ? ['relay-phone send-test --direct, which tries the same text without the app'] : []),
      ],
    }),
  },
  {
    matches: ({ status, json }) => status < 300 && (typeof json !== 'object' || json === null),
    explain: ({ origin }, { status, words }) => ({
      kind: 'needsUser',
      reason: `${origin} answered with something that is not JSON (HTTP ${status})${quoteAnswer(words)}`,
      tryNext: [
        '--app URL: this may be a web server in front of the app, or another program',
        `start one: ${START_ADVICE}`,
      ],
    }),
  },
  {
    matches: ({ status }) => status < 300,
    explain: ({ origin }, { status }) => ({
      kind: 'needsUser',
      reason: `${origin} answered with JSON that is not Relay's (HTTP ${status})`,
      tryNext: ['--app URL, with the origin of the app', `start one: ${START_ADVICE}`],
    }),
  },
  {
    id: 'wordless',
    matches: ({ status, words }) => status === 400 && /^(Bad Request ?)?(\(400\))?$/i.test(words),
    explain: () => ({
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
    explain: (_request, { status, words }) => ({
      kind: 'needsUser',
      reason: `the app refused with an answer that Relay does not give (HTTP ${status})${quoteAnswer(words)}`,
      tryNext: [
        "read the app's own log",
        "check ALLOWED_HOSTS in the app's .env: the host we asked must be on it",
        '--app URL, with the origin of the app',
      ],
    }),
  },
];

function describeWait(words: string): string {
  const seconds = /(\d+) seconds?/.exec(words)?.[1];
  return seconds ? `; it takes the next one in ${seconds} s` : '';
}

function redirectAdvice(origin: string, location: string): string {
  const wanted = URL.canParse(location) ? new URL(location).origin : origin;
  return wanted === origin
    ? 'a redirect to a sign-in page or another path: check that this is a Relay'
    : `relay-phone send-test --app ${wanted}, if that is the app`;
}
