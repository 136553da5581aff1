// Explains each refusal and failure of Firefox Relay, by status and message (Relay's api/views/phones.py).
import type { ErrorKind } from '../errors.js';
import type { AppAnswer } from './read-answer.js';

/** A request to the app, as explanations need it. */
export interface AppRequest {
  /** The app's origin. */
  readonly origin: string;
  /** What the request was for, as the rest of "Failed to …". */
  readonly task: string;
  /** The phone number in the request. */
  readonly number: string;
  /** True if the app was asked to send a text. */
  readonly texts?: boolean;
  /** The ways to start the app, most promising first. */
  readonly starts: readonly string[];
  /** The line that starts it so that it reaches the sandbox; undefined with a Twilio account. */
  readonly exec?: string | undefined;
  /** Returns advice for a Twilio error code; undefined for an unknown code. */
  readonly findAdvice?: (code: number) => readonly string[] | undefined;
}

/** What an answer means for the user. */
export interface Explanation {
  readonly kind: ErrorKind;
  /** Why, as a clause without a full stop. */
  readonly reason: string;
  /** What to run or do next, most promising first. */
  readonly tryNext: readonly string[];
  /** Twilio's error code, if the app passed one on. */
  readonly twilioCode?: number;
}

/** Recognises one kind of answer, and explains it. */
export interface AnswerRule {
  /** Set if the caller can continue, because the requested thing exists or may exist already. */
  readonly id?: 'verified' | 'pending' | 'has-mask' | 'no-reason';
  readonly matches: (answer: AppAnswer) => boolean;
  readonly explain: (request: AppRequest, answer: AppAnswer) => Explanation;
}

/** Formats the app's message as the end of a clause; empty if the message is empty. */
export function quoteAnswer(message: string): string {
  return message === '' ? '' : `; it says: ${message.replace(/\.$/, '')}`;
}

/** Creates a rule for answers with this status, and a message that matches the pattern. */
function ruleFor(
  status: number,
  pattern: RegExp,
  explain: (request: Parameters<AnswerRule['explain']>[0], message: string) => Explanation,
): AnswerRule {
  return {
    matches: (answer) => answer.status === status && pattern.test(answer.message),
    explain: (request, answer) => explain(request, answer.message),
  };
}

const SEND_TEST = 'relay-phone send-test';
const OTHER_USER_ADVICE =
  'relay-phone checkout prepare --email ADDRESS, for another user of the checkout (else sign in as one, and use their token)';

/** Relay refuses with 400, 403 and 409. Its message is in a list, in `detail`, under a field, or on an HTML page. */
export const RELAY_REFUSALS: readonly AnswerRule[] = [
  {
    id: 'pending',
    ...ruleFor(409, /unverified record/i, ({ number }) => ({
      kind: 'needsUser',
      reason: `the app created a code for ${number} less than five minutes ago, and sends no new one while it is valid`,
      tryNext: [
        `${SEND_TEST} --verify --code NNNNNN, with the code on the phone`,
        'if no code arrived (the app also keeps a code that it failed to send): wait five minutes, then run it again',
        `${SEND_TEST} --direct, which sends a text without the app`,
      ],
    })),
  },
  {
    id: 'verified',
    ...ruleFor(409, /verified record/i, ({ number }) => ({
      kind: 'needsUser',
      reason: `${number} is already verified in the app, so the app sends it no code`,
      tryNext: [
        `${SEND_TEST} --mask, which continues with a mask`,
        `${SEND_TEST} --direct, which sends a text without the app`,
        `${SEND_TEST} with another phone`,
      ],
    })),
  },
  {
    id: 'has-mask',
    ...ruleFor(400, /already has a RelayNumber|only one relay number|another RelayNumber/i, () => ({
      kind: 'needsUser',
      reason: 'the user already has a mask, and the app allows one for each user',
      tryNext: ['text the existing mask', OTHER_USER_ADVICE],
    })),
  },
  ruleFor(400, /only available for these country codes/i, ({ number }, message) => ({
    kind: 'usage',
    reason: `${number} is in a country the app does not serve${describeCountries(message)}`,
    tryNext: [
      `${SEND_TEST} with a phone in one of them`,
      "add the country to TWILIO_ALLOWED_COUNTRY_CODES in the app's .env, and restart it",
    ],
  })),
  ruleFor(400, /E\.164|more than 15 characters/i, ({ number }) => ({
    kind: 'usage',
    reason: `the app does not accept ${number} as a phone number`,
    tryNext: [
      `${SEND_TEST} +12025550190, in E.164 format: plus sign, country code and number without spaces`,
    ],
  })),
  ruleFor(400, /could not get number details/i, ({ number, exec }) => ({
    kind: 'needsUser',
    reason: `the app asked Twilio Lookup about ${number} and got no usable answer`,
    tryNext: [
      ...listRestart(exec),
      'check the number: Lookup knows only valid numbers',
      "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN in the app's .env, and restart it: relay-phone status",
    ],
  })),
  ruleFor(400, /already has a verified number/i, () => ({
    kind: 'needsUser',
    reason: 'this user has verified another phone, and the app allows one for each user',
    tryNext: [`${SEND_TEST} with that phone`, OTHER_USER_ADVICE],
  })),
  ruleFor(400, /verification_code/i, ({ number }) => ({
    kind: 'needsUser',
    reason: `the app does not know this code for ${number}: it is mistyped, older than five minutes, or of another user`,
    tryNext: [
      `${SEND_TEST} --verify --code NNNNNN, with the code of the newest text`,
      'five minutes after that text, run it without --code: the app then sends a new code',
    ],
  })),
  ruleFor(400, /not have a verified real phone|hasn.t verified a RealPhone/i, () => ({
    kind: 'needsUser',
    reason: 'this user has no verified phone, and a mask needs one',
    tryNext: [
      `${SEND_TEST} --verify`,
      'if that says the number is already verified, it belongs to another user: use their token, or another phone',
    ],
  })),
  ruleFor(400, /must be in a supported country/i, (_request, message) => ({
    kind: 'needsUser',
    reason: `the mask is in a country the app does not serve${describeCountries(message)}`,
    tryNext: ["add the country to TWILIO_ALLOWED_COUNTRY_CODES in the app's .env, and restart it"],
  })),
  ruleFor(400, /already claimed|this number already exists/i, () => ({
    kind: 'needsUser',
    reason: 'another user of the app already has this mask',
    tryNext: [`${SEND_TEST} --mask, which asks for new suggestions`],
  })),
  ruleFor(400, /invalid phone number/i, () => ({
    kind: 'usage',
    reason: 'the app does not accept the mask as a phone number',
    tryNext: [`${SEND_TEST} --mask, which takes one that the app suggests`],
  })),
  ruleFor(403, /outbound_phone/, () => ({
    kind: 'needsUser',
    reason: 'the flag outbound_phone is off, and users need it to start a text or a call',
    tryNext: ['relay-phone checkout prepare --outbound-phone, then restart the app'],
  })),
  ruleFor(400, /ALLOWED_HOSTS|DisallowedHost/i, ({ origin }) => ({
    kind: 'needsUser',
    reason: `the app does not accept the host name ${new URL(origin).hostname}`,
    tryNext: [
      `add ${new URL(origin).hostname} to ALLOWED_HOSTS in the app's .env, and restart it (relay-phone init does)`,
      '--app with a host name that the app accepts',
    ],
  })),
];

/** In the sandbox an app that was not started through `exec` asks the real Twilio. */
function listRestart(exec: string | undefined): string[] {
  return exec === undefined ? [] : [`end the app, and start it so: ${exec}`];
}

/** Returns the countries in brackets, as the end of a clause. */
function describeCountries(message: string): string {
  const list = /\[([^[\]]*)\]/.exec(message)?.[1]?.replace(/['"]/g, '');
  return list ? ` (it serves ${list})` : '';
}

const FAILURE_RULES: readonly AnswerRule[] = [
  ruleFor(500, /Must define TWILIO_/, () => ({
    kind: 'needsUser',
    reason: 'the app has no Twilio account',
    tryNext: ["relay-phone init, which writes it to the app's .env; then restart the app"],
  })),
  ruleFor(500, /HTTPSConnectionPool\(host='[^']*twilio\.com'/, ({ exec }) => ({
    kind: 'network',
    reason: 'the app could not reach Twilio',
    tryNext: [...listRestart(exec), 'with a Twilio account: check the internet connection of the app'],
  })),
  ruleFor(500, /^(?=.*HTTP 401 error: ).*Authenticat/is, ({ exec }) => ({
    kind: 'fault',
    reason: "Twilio does not know the app's account, or its token is wrong",
    tryNext: [
      ...listRestart(exec),
      "compare TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN in the app's .env with relay-phone status, and restart it",
    ],
  })),
  ruleFor(500, /no such table|no such column/i, () => ({
    kind: 'needsUser',
    reason: "the app's database lacks migrations",
    tryNext: ['relay-phone checkout prepare, then restart the app'],
  })),
  ruleFor(500, /invalid media url/i, () => ({
    kind: 'fault',
    reason: 'Twilio refuses the URL of the picture in the welcome text, which starts with SITE_ORIGIN',
    tryNext: [
      "set SITE_ORIGIN in the app's .env to a URL with http:// or https://, and restart it (relay-phone init does)",
    ],
  })),
  ruleFor(500, /mismatch between the 'From' number|^(?=.*From'? ).*is not a (valid|Twilio)/is, () => ({
    kind: 'fault',
    reason: "the app's Twilio account does not own the main number it texts from",
    tryNext: [
      "compare TWILIO_MAIN_NUMBER in the app's .env with relay-phone status, and restart the app",
      'wait five minutes before the next attempt: the app keeps the code that it failed to send',
    ],
  })),
];

/** Failures with a known cause. They quote the exception, which Relay shows only with DEBUG=True. */
export const RELAY_FAILURES: readonly AnswerRule[] = FAILURE_RULES.map((rule) => ({
  ...rule,
  explain: (request, answer) => {
    const explanation = rule.explain(request, answer);
    return { ...explanation, reason: explanation.reason + quoteAnswer(answer.message) };
  },
}));
