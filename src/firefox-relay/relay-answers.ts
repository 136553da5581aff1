// What each refusal and failure of Firefox Relay means, by status and message (Relay's api/views/phones.py).
import type { ErrorKind } from '../errors.js';
import type { AppAnswer } from './read-answer.js';

/** What was asked of the app. */
export interface AppRequest {
  /** The app's origin. */
  readonly origin: string;
  /** What was tried, as the rest of "Failed to …". */
  readonly task: string;
  /** The phone number it was about. */
  readonly number: string;
  /** Whether it was asked for a text. */
  readonly texts?: boolean;
  /** What to do about one of Twilio's error codes; undefined for codes nothing is known of. */
  readonly findAdvice?: (code: number) => readonly string[] | undefined;
}

/** What an answer means for the user. */
export interface Explanation {
  readonly kind: ErrorKind;
  /** Why, as a clause without its full stop. */
  readonly reason: string;
  /** What to run or do next, most promising first. */
  readonly tryNext: readonly string[];
  /** Twilio's error code, when the app passed one on. */
  readonly twilioCode?: number;
}

/** One kind of answer. */
export interface AnswerRule {
  /** Set where a caller can go on all the same: what was asked for is, or may be, there already. */
  readonly id?: 'verified' | 'pending' | 'has-mask' | 'wordless';
  readonly matches: (answer: AppAnswer) => boolean;
  readonly explain: (request: AppRequest, answer: AppAnswer) => Explanation;
}

/** The words of the app, quoted behind a clause; nothing when it said none. */
export function quoteAnswer(words: string): string {
  return words === '' ? '' : `; it says: ${words.replace(/\.$/, '')}`;
}

/** A row for answers with this status and these words. */
function ruleFor(
  status: number,
  words: RegExp,
  mean: (request: Parameters<AnswerRule['explain']>[0], words: string) => Explanation,
): AnswerRule {
  return {
    matches: (answer) => answer.status === status && words.test(answer.words),
    explain: (request, answer) => mean(request, answer.words),
  };
}

const SEND_TEST = 'relay-phone send-test';
const OTHER_USER_ADVICE =
  'relay-phone checkout prepare --email ADDRESS, for another user of the checkout (else sign in as one, and use their token)';

/** Relay answers with 400 and 409; the words may stand in a list, under `detail`, under a field, or on a page. */
export const RELAY_REFUSALS: readonly AnswerRule[] = [
  {
    id: 'pending',
    ...ruleFor(409, /unverified record/i, ({ number }) => ({
      kind: 'needsUser',
      reason: `the app made a code for ${number} less than five minutes ago, and sends no other while that is good`,
      tryNext: [
        `${SEND_TEST} --verify --code NNNNNN, with the code on the phone`,
        'when none came (the app keeps a code that it failed to send): wait five minutes, then run it again',
        `${SEND_TEST} --direct, which sends a text without the app`,
      ],
    })),
  },
  {
    id: 'verified',
    ...ruleFor(409, /verified record/i, ({ number }) => ({
      kind: 'needsUser',
      reason: `${number} is verified in the app already, so the app sends it no code`,
      tryNext: [
        `${SEND_TEST} --mask, which goes on to a mask`,
        `${SEND_TEST} --direct, which sends a text without the app`,
        `${SEND_TEST} with another phone`,
      ],
    })),
  },
  {
    id: 'has-mask',
    ...ruleFor(400, /already has a RelayNumber|only one relay number|another RelayNumber/i, () => ({
      kind: 'needsUser',
      reason: 'the user has a mask already, and the app gives one to each',
      tryNext: ['text the mask that is there', OTHER_USER_ADVICE],
    })),
  },
  ruleFor(400, /only available for these country codes/i, ({ number }, words) => ({
    kind: 'usage',
    reason: `${number} is in a country the app does not serve${describeCountries(words)}`,
    tryNext: [
      `${SEND_TEST} with a phone in one of them`,
      "add the country to TWILIO_ALLOWED_COUNTRY_CODES in the app's .env, and restart it",
    ],
  })),
  ruleFor(400, /E\.164|more than 15 characters/i, ({ number }) => ({
    kind: 'usage',
    reason: `the app does not take ${number} for a phone number`,
    tryNext: [`${SEND_TEST} +12025550190, in E.164 form: plus, country code, number, nothing between them`],
  })),
  ruleFor(400, /could not get number details/i, ({ number }) => ({
    kind: 'needsUser',
    reason: `the app asked Twilio Lookup about ${number} and got no answer it could use`,
    tryNext: [
      'check the number: Lookup knows valid ones only',
      'in the sandbox start the app with relay-phone exec -- python manage.py runserver: else it asks Twilio itself',
      "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN in the app's .env, and restart it: relay-phone status",
    ],
  })),
  ruleFor(400, /already has a verified number/i, () => ({
    kind: 'needsUser',
    reason: 'this user has verified another phone, and the app knows one for each',
    tryNext: [`${SEND_TEST} with that phone`, OTHER_USER_ADVICE],
  })),
  ruleFor(400, /verification_code/i, ({ number }) => ({
    kind: 'needsUser',
    reason: `the app knows no such code for ${number}: it is mistyped, older than five minutes, or another user's`,
    tryNext: [
      `${SEND_TEST} --verify --code NNNNNN, with the code of the newest text`,
      'five minutes after that text run it without --code: a new one is sent',
    ],
  })),
  ruleFor(400, /not have a verified real phone|hasn.t verified a RealPhone/i, () => ({
    kind: 'needsUser',
    reason: 'this user has no verified phone, and a mask needs one behind it',
    tryNext: [
      `${SEND_TEST} --verify`,
      'when that says the number is verified already, another user of the app did: use their token, or another phone',
    ],
  })),
  ruleFor(400, /must be in a supported country/i, (_request, words) => ({
    kind: 'needsUser',
    reason: `the mask is in a country the app does not serve${describeCountries(words)}`,
    tryNext: ["add the country to TWILIO_ALLOWED_COUNTRY_CODES in the app's .env, and restart it"],
  })),
  ruleFor(400, /already claimed|this number already exists/i, () => ({
    kind: 'needsUser',
    reason: 'another user of the app has this mask already',
    tryNext: [`${SEND_TEST} --mask, which asks for new suggestions`],
  })),
  ruleFor(400, /invalid phone number/i, () => ({
    kind: 'usage',
    reason: 'the app does not take the mask for a phone number',
    tryNext: [`${SEND_TEST} --mask, which takes one that the app suggests`],
  })),
  ruleFor(403, /outbound_phone/, () => ({
    kind: 'needsUser',
    reason: 'the flag outbound_phone is off, without which no user begins a text or a call',
    tryNext: ['relay-phone checkout prepare --outbound-phone, then restart the app'],
  })),
  ruleFor(400, /ALLOWED_HOSTS|DisallowedHost/i, ({ origin }) => ({
    kind: 'needsUser',
    reason: `the app does not answer under the name ${new URL(origin).hostname}`,
    tryNext: [
      `add ${new URL(origin).hostname} to ALLOWED_HOSTS in the app's .env, and restart it (relay-phone init does)`,
      '--app with the name the app goes by',
    ],
  })),
];

/** The countries, which stand in brackets. */
function describeCountries(words: string): string {
  const list = /\[([^\]]*)\]/.exec(words)?.[1]?.replace(/['"]/g, '');
  return list ? ` (it serves ${list})` : '';
}

const FAILURE_RULES: readonly AnswerRule[] = [
  ruleFor(500, /Must define TWILIO_/, () => ({
    kind: 'needsUser',
    reason: 'the app has no Twilio account',
    tryNext: ["relay-phone init, which writes it to the app's .env; then restart the app"],
  })),
  ruleFor(500, /HTTPSConnectionPool\(host='[^']*twilio\.com'/, () => ({
    kind: 'network',
    reason: 'the app did not reach Twilio',
    tryNext: [
      'in the sandbox start it with relay-phone exec -- python manage.py runserver: else it asks Twilio itself',
      'with a Twilio account: check the internet connection of the app',
    ],
  })),
  ruleFor(500, /HTTP 401 error: .*Authenticat/i, () => ({
    kind: 'fault',
    reason: 'Twilio does not know the account that the app shows it',
    tryNext: [
      'in the sandbox start it with relay-phone exec -- python manage.py runserver: else it asks Twilio itself',
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
    reason:
      'Twilio does not take the address of the picture in the welcome text, which begins with SITE_ORIGIN',
    tryNext: [
      "have SITE_ORIGIN in the app's .env begin with http:// or https://, and restart it (relay-phone init does)",
    ],
  })),
  ruleFor(500, /mismatch between the 'From' number|'?From'? .*is not a (valid|Twilio)/i, () => ({
    kind: 'fault',
    reason: 'the main number the app texts from is not one of its Twilio account',
    tryNext: [
      "compare TWILIO_MAIN_NUMBER in the app's .env with relay-phone status, and restart the app",
      'wait five minutes before the next try: the app keeps the code that it failed to send',
    ],
  })),
];

/** Failures with a known cause, and the exception with it. Without DEBUG there are no words to know them by. */
export const RELAY_FAILURES: readonly AnswerRule[] = FAILURE_RULES.map((rule) => ({
  ...rule,
  explain: (request, answer) => {
    const explanation = rule.explain(request, answer);
    return { ...explanation, reason: explanation.reason + quoteAnswer(answer.words) };
  },
}));
