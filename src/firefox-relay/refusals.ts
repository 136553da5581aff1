// What Firefox Relay's refusals of a phone, a code or a mask mean, by status and words (api/views/phones.py).
import { type Row, says } from './meaning.js';

const SEND = 'relay-phone send-test';
const OTHER_USER =
  'relay-phone checkout prepare --email ADDRESS, for another user of the checkout (else sign in as one, and use their token)';

/** Relay answers with 400 and 409; the words may stand in a list, under `detail`, under a field, or on a page. */
export const RELAY_REFUSALS: readonly Row[] = [
  {
    id: 'pending',
    ...says(409, /unverified record/i, ({ number }) => ({
      kind: 'needsUser',
      reason: `the app made a code for ${number} less than five minutes ago, and sends no other while that is good`,
      tryNext: [
        `${SEND} --verify --code NNNNNN, with the code on the phone`,
        'when none came (the app keeps a code that it failed to send): wait five minutes, then run it again',
        `${SEND} --direct, which sends a text without the app`,
      ],
    })),
  },
  {
    id: 'verified',
    ...says(409, /verified record/i, ({ number }) => ({
      kind: 'needsUser',
      reason: `${number} is verified in the app already, so the app sends it no code`,
      tryNext: [
        `${SEND} --mask, which goes on to a mask`,
        `${SEND} --direct, which sends a text without the app`,
        `${SEND} with another phone`,
      ],
    })),
  },
  {
    id: 'has-mask',
    ...says(400, /already has a RelayNumber|only one relay number|another RelayNumber/i, () => ({
      kind: 'needsUser',
      reason: 'the user has a mask already, and the app gives one to each',
      tryNext: ['text the mask that is there', OTHER_USER],
    })),
  },
  says(400, /only available for these country codes/i, ({ number }, words) => ({
    kind: 'usage',
    reason: `${number} is in a country the app does not serve${listOf(words)}`,
    tryNext: [
      `${SEND} with a phone in one of them`,
      "add the country to TWILIO_ALLOWED_COUNTRY_CODES in the app's .env, and restart it",
    ],
  })),
  says(400, /E\.164|more than 15 characters/i, ({ number }) => ({
    kind: 'usage',
    reason: `the app does not take ${number} for a phone number`,
    tryNext: [`${SEND} +12025550190, in E.164 form: plus, country code, number, nothing between them`],
  })),
  says(400, /could not get number details/i, ({ number }) => ({
    kind: 'needsUser',
    reason: `the app asked Twilio Lookup about ${number} and got no answer it could use`,
    tryNext: [
      'check the number: Lookup knows valid ones only',
      'in the sandbox start the app with relay-phone exec -- python manage.py runserver: else it asks Twilio itself',
      "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN in the app's .env, and restart it: relay-phone status",
    ],
  })),
  says(400, /already has a verified number/i, () => ({
    kind: 'needsUser',
    reason: 'this user has verified another phone, and the app knows one for each',
    tryNext: [`${SEND} with that phone`, OTHER_USER],
  })),
  says(400, /verification_code/i, ({ number }) => ({
    kind: 'needsUser',
    reason: `the app knows no such code for ${number}: it is mistyped, older than five minutes, or another user's`,
    tryNext: [
      `${SEND} --verify --code NNNNNN, with the code of the newest text`,
      'five minutes after that text run it without --code: a new one is sent',
    ],
  })),
  says(400, /not have a verified real phone|hasn.t verified a RealPhone/i, () => ({
    kind: 'needsUser',
    reason: 'this user has no verified phone, and a mask needs one behind it',
    tryNext: [
      `${SEND} --verify`,
      'when that says the number is verified already, another user of the app did: use their token, or another phone',
    ],
  })),
  says(400, /must be in a supported country/i, (_asked, words) => ({
    kind: 'needsUser',
    reason: `the mask is in a country the app does not serve${listOf(words)}`,
    tryNext: ["add the country to TWILIO_ALLOWED_COUNTRY_CODES in the app's .env, and restart it"],
  })),
  says(400, /already claimed|this number already exists/i, () => ({
    kind: 'needsUser',
    reason: 'another user of the app has this mask already',
    tryNext: [`${SEND} --mask, which asks for new suggestions`],
  })),
  says(400, /invalid phone number/i, () => ({
    kind: 'usage',
    reason: 'the app does not take the mask for a phone number',
    tryNext: [`${SEND} --mask, which takes one that the app suggests`],
  })),
  says(403, /outbound_phone/, () => ({
    kind: 'needsUser',
    reason: 'the flag outbound_phone is off, without which no user begins a text or a call',
    tryNext: ['relay-phone checkout prepare --outbound-phone, then restart the app'],
  })),
  says(400, /ALLOWED_HOSTS|DisallowedHost/i, ({ origin }) => ({
    kind: 'needsUser',
    reason: `the app does not answer under the name ${new URL(origin).hostname}`,
    tryNext: [
      `add ${new URL(origin).hostname} to ALLOWED_HOSTS in the app's .env, and restart it (relay-phone init does)`,
      '--app with the name the app goes by',
    ],
  })),
];

/** The countries, which stand in brackets. */
function listOf(words: string): string {
  const list = /\[([^\]]*)\]/.exec(words)?.[1]?.replace(/['"]/g, '');
  return list ? ` (it serves ${list})` : '';
}
