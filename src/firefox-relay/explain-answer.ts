// Explains an unexpected answer of the app: what it means, and what to do.
import { describeAirPlay, isAirPlay } from '../app-host/recognize.js';
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

/** A refusal by the app, explained. */
export interface ExplainedRefusal {
  /** Set if the requested thing exists or may exist already. */
  readonly id: AnswerRule['id'];
  readonly status: number;
  readonly error: RelayPhoneError;
}

/** Explains an unexpected answer: what it means, and what to do. Every answer has an explanation. */
export function explainAnswer(request: AppRequest, answer: AppAnswer): ExplainedRefusal {
  const rule = [AIRPLAY, ...RELAY_REFUSALS, ...RELAY_FAILURES, ...OTHER_ANSWERS].find(({ matches }) =>
    matches(answer),
  );
  if (!rule) throw new Error('the last rule matches every answer');
  const { twilioCode, reason, ...explanation } = rule.explain(request, answer);
  // A refusal is deliberate; only for a failure is the line of code useful.
  const line = answer.status >= 500 && answer.raisedAt ? `; raised at ${answer.raisedAt}` : '';
  const error = new RelayPhoneError({
    task: request.task,
    ...explanation,
    reason: reason + line,
    ...(twilioCode && { twilioCode, more: `https://www.twilio.com/docs/errors/${twilioCode}` }),
  });
  return { id: rule.id, status: answer.status, error };
}

const AIRPLAY: AnswerRule = {
  matches: ({ server }) => isAirPlay(server),
  explain: ({ origin }, { status }) => {
    const { what, tryNext } = describeAirPlay(origin, status);
    return { kind: 'needsUser', reason: what, tryNext };
  },
};

/** Explains a missing answer: the app does not run, which the user can fix, or the connection failed. */
export function explainNoAnswer({ task, origin, starts }: AppRequest, noAnswer: NoAnswer): RelayPhoneError {
  const { proxyFailure } = noAnswer;
  if (proxyFailure) {
    const { kind, tryNext } = proxyFailure;
    return new RelayPhoneError({ kind, task, reason: noAnswer.message, tryNext, cause: noAnswer });
  }
  const isAbsent = findSystemCode(noAnswer.cause) === 'ECONNREFUSED';
  return new RelayPhoneError({
    kind: isAbsent ? 'needsUser' : 'network',
    task,
    reason: isAbsent ? `no app is running at ${origin}` : noAnswer.message,
    tryNext: isAbsent
      ? [...starts, '--app URL, if the app is somewhere else']
      : [
          "read the app's own log: it may be waiting for Twilio",
          '--timeout SECONDS, to wait longer',
          '--app URL, if the app is somewhere else',
        ],
    cause: noAnswer,
  });
}

/** Rules for every other answer; the first match counts, and the last rule matches everything. */
const OTHER_ANSWERS: readonly AnswerRule[] = [
  {
    matches: ({ status }) => status === 401,
    explain: ({ origin }, { message }) => ({
      kind: 'needsUser',
      reason: `the app does not know the token${quoteAnswer(message)}`,
      tryNext: listTokenAdvice(origin),
    }),
  },
  {
    matches: ({ status, json }) => status === 403 && json === undefined,
    explain: (_request, { message }) => ({
      kind: 'needsUser',
      reason: `the app refuses with an HTML page, as for a form without a session, not with an API error${quoteAnswer(message)}`,
      tryNext: ['--app with the origin of a Firefox Relay, or of relay-phone serve'],
    }),
  },
  {
    matches: ({ status }) => status === 403,
    explain: (_request, { message }) => ({
      kind: 'needsUser',
      reason: `the user of the token has no phone service${quoteAnswer(message)}`,
      tryNext: [
        'in a checkout of Firefox Relay: relay-phone checkout prepare, which sets the flags and creates a user with phones',
        'then restart the app: it caches flags',
        'for an existing user: relay-phone checkout prepare --email ADDRESS',
        'relay-phone checkout status, to see what is missing',
      ],
    }),
  },
  {
    matches: ({ status }) => status === 404 || status === 405,
    explain: ({ origin, starts }, { status }) => ({
      kind: 'needsUser',
      reason: `${origin} has no such API (HTTP ${status}): its phone features are off, or it is not a Relay`,
      tryNext: [
        "relay-phone init, which sets PHONES_ENABLED=True in the app's .env; then restart it",
        '--app URL, with the origin of the app',
        ...starts,
      ],
    }),
  },
  {
    matches: ({ status }) => status === 429,
    explain: (_request, { message }) => ({
      kind: 'refused',
      reason: `the app received too many requests${describeWait(message)}`,
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
      reason: `the app redirects (HTTP ${status}, to ${location}), and the token is not sent to a redirect`,
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
      const reason = `the app failed at Twilio${quoteAnswer(detail)}`;
      return { kind: 'refused', reason, tryNext: advice, ...(code && { twilioCode: code }) };
    },
  },
  {
    matches: ({ status }) => status >= 500,
    explain: ({ texts }, { status, message }) => ({
      kind: 'fault',
      reason: `the app failed (HTTP ${status})${quoteAnswer(message)}`,
      tryNext: [
        "read the app's own log: its last error is the cause",
        "if Twilio refused: check TWILIO_… in the app's .env with relay-phone status, and restart the app",
        ...(texts ? ['relay-phone send-test --direct, which sends the same text without the app'] : []),
      ],
    }),
  },
  {
    matches: ({ status, json }) => status < 300 && (typeof json !== 'object' || json === null),
    explain: ({ origin, starts }, { status, message }) => ({
      kind: 'needsUser',
      reason: `${origin} answered with something that is not JSON (HTTP ${status})${quoteAnswer(message)}`,
      tryNext: ['--app URL: this may be a web server in front of the app, or a different program', ...starts],
    }),
  },
  {
    matches: ({ status }) => status < 300,
    explain: ({ origin, starts }, { status }) => ({
      kind: 'needsUser',
      reason: `${origin} answered with JSON that is not Relay's (HTTP ${status})`,
      tryNext: ['--app URL, with the origin of the app', ...starts],
    }),
  },
  {
    id: 'no-reason',
    matches: ({ status, message }) => status === 400 && /^(Bad Request ?)?(\(400\))?$/i.test(message),
    explain: () => ({
      kind: 'needsUser',
      reason: 'the app refused and did not say why (HTTP 400)',
      tryNext: [
        "set DEBUG=True in the app's .env and restart it, so that it says why",
        "check ALLOWED_HOSTS in the app's .env: it must contain the requested host",
        'without DEBUG it can also mean that the user has verified another phone, or has none and asks for a mask',
      ],
    }),
  },
  {
    matches: () => true,
    explain: (_request, { status, message }) => ({
      kind: 'needsUser',
      reason: `the app refused with an answer that Relay never gives (HTTP ${status})${quoteAnswer(message)}`,
      tryNext: [
        "read the app's own log",
        "check ALLOWED_HOSTS in the app's .env: it must contain the requested host",
        '--app URL, with the origin of the app',
      ],
    }),
  },
];

function describeWait(message: string): string {
  const seconds = /(\d{1,9}) seconds?/.exec(message)?.[1];
  return seconds ? `; it accepts the next one in ${seconds} s` : '';
}

function redirectAdvice(origin: string, location: string): string {
  const wanted = URL.canParse(location) ? new URL(location).origin : origin;
  return wanted === origin
    ? 'a redirect to a sign-in page or another path: check that this is a Relay'
    : `relay-phone send-test --app ${wanted}, if that is the app`;
}
