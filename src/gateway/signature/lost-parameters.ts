// Parameters of Twilio's whose value is empty or known, so that a request that has lost them shows it.
import type { WebhookParameters } from '../../exchanges/parameters.js';

/** Parameters that may have been lost on the way. */
export interface LostParameters {
  readonly values: WebhookParameters;
  /** What happened, as a clause about the first of them. */
  readonly what: string;
}

/** The ends of the names of those that say where a number is from: https://www.twilio.com/docs/messaging/guides/webhook-request. */
const WHERE = ['City', 'State', 'Zip', 'Country'] as const;
const OF_TEXTS = ['From', 'To'] as const;
const OF_CALLS = ['From', 'To', 'Caller', 'Called'] as const;
/** Others that may be empty. */
const OFTEN_EMPTY = [
  'Body',
  'Digits',
  'ForwardedFrom',
  'CallerName',
  'SpeechResult',
  'ErrorMessage',
] as const;

/** Those that have the value of another parameter. */
const SAME_VALUE: readonly (readonly [string, string])[] = [
  ['SmsSid', 'MessageSid'],
  ['SmsMessageSid', 'MessageSid'],
  ['MessageSid', 'SmsSid'],
  ['SmsStatus', 'MessageStatus'],
  ['MessageStatus', 'SmsStatus'],
  ['Caller', 'From'],
  ['Called', 'To'],
  ['From', 'Caller'],
  ['To', 'Called'],
];

/** Those with few values. */
const USUAL_VALUES: readonly (readonly [string, string])[] = [
  ['ApiVersion', '2010-04-01'],
  ['NumMedia', '0'],
  ['NumSegments', '1'],
  ['SmsStatus', 'received'],
  ['FromCountry', 'US'],
  ['ToCountry', 'US'],
  ['Direction', 'inbound'],
  ['CallStatus', 'ringing'],
  ['CallStatus', 'in-progress'],
  ['CallStatus', 'completed'],
];

const EMPTY_LOST = 'was empty, and was left out with all empty ones';

/** Lists what a form may have lost: all empty parameters, one empty, or one with a known value. */
export function* listLostParameters(
  form: WebhookParameters,
  accountSid: string | undefined,
): Iterable<LostParameters> {
  for (const names of [namesOf(OF_TEXTS), namesOf(OF_CALLS), ...OF_CALLS.map((one) => namesOf([one]))]) {
    const missing = names.filter((name) => form[name] === undefined);
    if (missing.length === 0) continue;
    yield { values: asEmpty(missing), what: EMPTY_LOST };
    if (form.Body === undefined) yield { values: asEmpty(['Body', ...missing]), what: EMPTY_LOST };
  }
  for (const name of [...OFTEN_EMPTY, ...namesOf(OF_CALLS)])
    if (form[name] === undefined) yield { values: { [name]: '' }, what: 'was empty, and was left out' };
  const known = [
    ...SAME_VALUE.map(([name, other]) => [name, form[other]] as const),
    ['AccountSid', accountSid] as const,
    ...USUAL_VALUES,
  ];
  for (const [name, value] of known)
    if (value !== undefined && form[name] === undefined)
      yield { values: { [name]: value }, what: 'was left out' };
}

function namesOf(sides: readonly string[]): string[] {
  return sides.flatMap((side) => WHERE.map((one) => side + one));
}

function asEmpty(names: readonly string[]): WebhookParameters {
  return Object.fromEntries(names.map((name) => [name, '']));
}
