// Explains Twilio's error codes for phone masking: what each means, and what to do about it.
import { CONSOLE_PAGES } from './console-pages.js';

/** The explanation of one error code. */
export interface Advice {
  /** Why it failed, as a clause without its full stop. */
  readonly meaning: string;
  /** What to run or do next. */
  readonly tryNext: readonly string[];
}

const REGISTRATION =
  'test texts in the sandbox (relay-phone init --sandbox), or send to a phone outside the US from a registered number';

const ALLOW_COUNTRY = 'relay-phone sandbox --allow-country COUNTRY, in the sandbox';

const WEBHOOKS = [
  'relay-phone requests --failed, for those that came through the tunnel',
  'relay-phone tunnel',
];

const ADVICE: Readonly<Record<number, Advice>> = {
  10001: {
    meaning: 'the account is not active',
    tryNext: [`look for a notice from Twilio at ${CONSOLE_PAGES.home}`],
  },
  11200: {
    meaning: 'the app gave Twilio no usable answer to a webhook',
    tryNext: WEBHOOKS,
  },
  11205: { meaning: 'Twilio could not reach the app', tryNext: WEBHOOKS },
  11210: { meaning: 'the host of a webhook has no address', tryNext: WEBHOOKS },
  11215: { meaning: 'the app redirected a webhook too often', tryNext: WEBHOOKS },
  11216: { meaning: 'the app redirected a webhook in a way that Twilio does not follow', tryNext: WEBHOOKS },
  11217: { meaning: 'the app answered a webhook with an error', tryNext: WEBHOOKS },
  11220: { meaning: 'the TLS handshake with the app failed', tryNext: WEBHOOKS },
  11237: { meaning: 'Twilio does not trust the certificate of the app', tryNext: WEBHOOKS },
  12100: { meaning: 'the app answered with something that is not XML', tryNext: WEBHOOKS },
  12300: { meaning: 'the app answered with a content type that Twilio does not accept', tryNext: WEBHOOKS },
  15003: { meaning: 'the app answered a status callback with an error', tryNext: WEBHOOKS },
  20003: explainCredentials(),
  20005: {
    meaning: 'the account is not active',
    tryNext: [`look for a notice from Twilio at ${CONSOLE_PAGES.home}`],
  },
  20008: {
    meaning: 'these are test credentials, which can do almost nothing',
    tryNext: [
      `use the live credentials from ${CONSOLE_PAGES.keys}`,
      'relay-phone init --sandbox, which needs no account',
    ],
  },
  20404: { meaning: 'Twilio has no such resource in this account', tryNext: ['relay-phone status'] },
  20429: {
    meaning: 'Twilio gets too many requests from this account',
    tryNext: ['run it again in a minute'],
  },
  21210: {
    meaning: 'the account does not own the number to call from',
    tryNext: ['relay-phone status', 'relay-phone init, which picks a number the account owns'],
  },
  21211: {
    meaning: 'the number to send to is not a valid phone number',
    tryNext: ['name the phone in E.164 form, such as +12025550190'],
  },
  21212: {
    meaning: 'the number to send from is not valid',
    tryNext: ['relay-phone init, which picks a number the account owns'],
  },
  21214: {
    meaning: 'Twilio has no route to the number to call',
    tryNext: ['check the number', 'call another phone'],
  },
  21215: {
    meaning: "calls to this phone's country are not enabled for the account",
    tryNext: [`enable the country at ${CONSOLE_PAGES.callCountries}`, ALLOW_COUNTRY],
  },
  21216: {
    meaning: 'Twilio does not let the account call this number',
    tryNext: ['call another phone', 'ask https://help.twilio.com why it is blocked'],
  },
  21217: {
    meaning: 'the number to call is not a valid phone number',
    tryNext: ['name the phone in E.164 form, such as +12025550190'],
  },
  21301: {
    meaning: 'the account has reached its limit of TwiML apps',
    tryNext: [`delete one you no longer need at ${CONSOLE_PAGES.twimlApps}`],
  },
  21404: {
    meaning: 'a trial account may own one number only',
    tryNext: [`upgrade the account at ${CONSOLE_PAGES.billing}`, 'relay-phone init --sandbox'],
  },
  21408: {
    meaning: "texts to this phone's country are not enabled for the account",
    tryNext: [`enable the country at ${CONSOLE_PAGES.textCountries}`, ALLOW_COUNTRY],
  },
  21421: {
    meaning: 'the number to buy is not a valid phone number',
    tryNext: ['name it in E.164 form, such as +12025550123'],
  },
  21422: {
    meaning: 'the number is no longer available',
    tryNext: ['relay-phone init --area-code 202, or another area'],
  },
  21452: {
    meaning: 'Twilio has no number in this area code',
    tryNext: ['relay-phone init --area-code with another one'],
  },
  21606: {
    meaning: 'the account cannot send texts from this number',
    tryNext: ['relay-phone status', 'relay-phone init, which picks a number that can'],
  },
  21608: {
    meaning:
      'the phone is not verified for this account (a trial account, or no approved compliance profile)',
    tryNext: [`verify the phone at ${CONSOLE_PAGES.verifiedCallerIds}`],
  },
  21610: {
    meaning: 'the owner of this phone texted STOP to this number',
    tryNext: ['text START from that phone to the number, then run this again'],
  },
  21611: {
    meaning: 'too many texts from this number are waiting',
    tryNext: ['run it again in a few minutes'],
  },
  21612: {
    meaning: 'Twilio has no route from this number to the phone',
    tryNext: ['send from a number of the same country', 'name another phone'],
  },
  21614: {
    meaning: 'the number cannot receive texts (a landline?)',
    tryNext: ['name a mobile phone'],
  },
  21631: {
    meaning: 'numbers of this kind need an address on file',
    tryNext: [`choose another --country, or add an address at ${CONSOLE_PAGES.addresses}`],
  },
  21649: {
    meaning: 'numbers of this kind need a regulatory bundle',
    tryNext: [`choose another --country, or file the bundle at ${CONSOLE_PAGES.bundles}`],
  },
  21659: {
    meaning: 'the account does not own the number it should send from',
    tryNext: ['relay-phone init, which picks a number the account owns'],
  },
  21660: {
    meaning: 'the number to send from belongs to another account',
    tryNext: ['relay-phone init, which picks a number the account owns'],
  },
  30001: {
    meaning: 'too many texts from this number were waiting',
    tryNext: ['run it again in a few minutes'],
  },
  30002: {
    meaning: 'the account was suspended while the text was on its way',
    tryNext: [`find out why at ${CONSOLE_PAGES.home}`],
  },
  30003: {
    meaning: 'the phone cannot be reached (off, out of coverage, or unable to receive texts)',
    tryNext: ['switch the phone on and run it again'],
  },
  30004: {
    meaning: 'the phone or its carrier blocks texts from this number',
    tryNext: ['try another phone'],
  },
  30005: { meaning: 'the carrier does not know this phone number', tryNext: ['check the number'] },
  30006: {
    meaning: 'the number is a landline, or its carrier cannot be reached',
    tryNext: ['use a mobile phone'],
  },
  30007: {
    meaning: 'the carrier filtered the text as unwanted',
    tryNext: ['wait a while; repeated identical texts are filtered', REGISTRATION],
  },
  30008: { meaning: 'the carrier gave no reason', tryNext: ['run it again'] },
  30032: {
    meaning: 'the toll-free number it was sent from is not verified, so US and Canadian carriers block it',
    tryNext: [
      `choose the number at ${CONSOLE_PAGES.numbers}, and verify it under "Regulatory Information"`,
      REGISTRATION,
    ],
  },
  30034: {
    meaning: 'the number it was sent from has no US A2P 10DLC registration, so US carriers block it',
    tryNext: [`register a brand and a campaign at ${CONSOLE_PAGES.campaigns}`, REGISTRATION],
  },
  30035: {
    meaning: 'the number is still being registered with the carriers',
    tryNext: ['run it again in some hours'],
  },
  30044: {
    meaning: 'the text is longer than a trial account may send',
    tryNext: [`upgrade the account at ${CONSOLE_PAGES.billing}`],
  },
  572002: {
    meaning: 'a trial account must send from the trial number that Twilio assigned to this recipient',
    tryNext: [`upgrade the account at ${CONSOLE_PAGES.billing}`, 'relay-phone init --sandbox'],
  },
  572006: {
    meaning: "a trial account can send only Twilio's own text templates",
    tryNext: [`upgrade the account at ${CONSOLE_PAGES.billing}`, 'relay-phone init --sandbox'],
  },
};

/** Returns the advice for the code of a REST error or of a message's `error_code`, or undefined if there is none. */
export function findAdvice(code: number): Advice | undefined {
  return ADVICE[code];
}

/** Returns the URL of a code in Twilio's Error and Warning Dictionary. */
export function errorPage(code: number): string {
  return `https://www.twilio.com/docs/errors/${code}`;
}

/**
 * Explains 20003. Credentials belong to one region: those of the US are refused everywhere else. See
 * https://www.twilio.com/docs/global-infrastructure/manage-regional-api-credentials.
 *
 * @param environment whose `TWILIO_REGION` the SDK follows. Default: unknown
 */
export function explainCredentials(environment?: Readonly<Record<string, string | undefined>>): Advice {
  const region = environment?.TWILIO_REGION || undefined;
  const meaning = 'Twilio does not accept this account SID with this auth token';
  const tryNext = [`copy both again from ${CONSOLE_PAGES.keys}`, 'relay-phone init --auth-token-file PATH'];
  if (!environment) {
    return {
      meaning,
      tryNext: [...tryNext, 'unset TWILIO_REGION if it is set: each region has its own credentials'],
    };
  }
  if (region === undefined || region === 'us1') return { meaning, tryNext };
  return {
    meaning: `${meaning} in the region ${region} (TWILIO_REGION); each region has its own credentials`,
    tryNext: [
      `copy the credentials of the region ${region} from ${CONSOLE_PAGES.keys}, where the region is chosen at the top`,
      'unset TWILIO_REGION, for those of the US',
      ...tryNext.slice(1),
    ],
  };
}
