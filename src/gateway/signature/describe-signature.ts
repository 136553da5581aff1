// Describes a wrong signature for people: one sentence with the values that differ, and what to do about it.
import { shorten } from '../../control-characters.js';
import { isSecretParameter } from '../../debug.js';
import type { ExchangeFinding } from '../../exchanges/exchange.js';
import { findHeader, HIDDEN } from '../../exchanges/headers.js';
import type { Reason } from '../../exchanges/verdict.js';
import { findOriginFault, formatWithoutPassword } from '../../origin.js';
import { type ConfiguredUrl, findConfigured } from './configured-urls.js';
import type { ParameterChange } from './parameter-changes.js';
import type { SignatureProof } from './signature-proof.js';
import type { SignedRequest, SigningKeys } from './signed-request.js';
import { splitUrl, type UrlDifference } from './url-difference.js';

/** Describes what a signature is proven to be of. @param computedUrl the requested URL under the public base */
export function describeProof(
  proof: SignatureProof,
  { target }: Pick<SignedRequest, 'target'>,
  { configured = [], authToken }: Pick<SigningKeys, 'configured' | 'authToken'>,
  computedUrl: string,
): ExchangeFinding {
  const { differences, token, change, altered, isQueryAsForm, url } = proof;
  // The account holds no WebSocket URLs: Twilio is given those in TwiML.
  const held = findConfigured(configured, url.replace(/^ws/, 'http'), target);
  const clauses = [
    token === null ? '' : `it is signed with another auth token: ${shorten(token, MAX_LENGTH)}`,
    describeDifferences(differences),
    isQueryAsForm ? 'the parameters are signed as those of a form, but arrived in the query' : '',
    altered === 'url alone' ? 'only the URL is signed, but the request has parameters in its body' : '',
    altered === 'digest' ? 'the body is not the one whose SHA-256 is signed as bodySHA256' : '',
    change ? describeChange(change, authToken) : '',
  ].filter(Boolean);
  const holder = held && differences.length > 0 ? ` (${held.holder})` : '';
  return {
    id: 'signature',
    what: clauses.join('; ') + holder,
    tryNext: adviseOnProof(proof, held, computedUrl),
  };
}

/** The longest value in a sentence. */
const MAX_LENGTH = 60;

/** Shows a signed URL, without the password and the secrets in its query. */
export function formatSignedUrl(url: string): string {
  return hideSecretValues(formatWithoutPassword(url));
}

function hideSecretValues(text: string): string {
  return text.replace(/([?&])([^=?&]+)=([^&]+)/g, (whole, mark: string, name: string) =>
    isSecretParameter(name) ? `${mark}${name}=${HIDDEN}` : whole,
  );
}

const SUFFIXES: Readonly<Partial<Record<Reason, string>>> = {
  'trailing slash': ': a slash was removed or added on the way',
  'letter case': ': something on the way changed the case of letters',
  'path re-encoded': ': something on the way encoded or decoded characters',
  'query re-encoded': ': something on the way encoded or decoded characters',
  'query in another order': ': something on the way changed the order',
};

/** Returns one clause about all parts of the URL that differ; empty if none does. */
function describeDifferences(differences: readonly UrlDifference[]): string {
  const shown = differences.filter(({ reason }) => reason !== 'credentials in the URL');
  const values = shown.map(({ signed, requested }) =>
    focus(hideSecretValues(signed), hideSecretValues(requested)).map((text) => hideDigits(text) || NO_QUERY),
  );
  const [signed, requested] = [0, 1].map((side) => joinWords(values.map((pair) => pair[side] ?? '')));
  const suffixes = shown.map((one) =>
    one.reason === 'path prefix' ? describePrefix(one) : (SUFFIXES[one.reason] ?? ''),
  );
  return [
    shown.length < differences.length ? CREDENTIALS : '',
    shown.length === 0
      ? ''
      : `the signature is for ${signed}, but the request has ${requested}${[...new Set(suffixes)].join('')}`,
  ]
    .filter(Boolean)
    .join('; ');
}

const CREDENTIALS =
  'the signature is for a URL with a user name and password, which Twilio leaves out when it signs';

function joinWords(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

const NO_QUERY = 'no query';

function describePrefix({ signed, requested }: UrlDifference): string {
  const [longer, shorter] = signed.length > requested.length ? [signed, requested] : [requested, signed];
  const prefix = longer.slice(0, longer.length - shorter.length) || '/';
  const verb = longer === signed ? 'removed' : 'added';
  return `: something on the way ${verb} the prefix ${shorten(prefix, MAX_LENGTH)}`;
}

/** The name of a parameter may be as long as its value. */
function describeChange({ name, what, reason, signed, arrived }: ParameterChange, authToken: string): string {
  const isSecret = isSecretParameter(name) || [signed, arrived].some((value) => value?.includes(authToken));
  const show = (value: string) => (isSecret ? HIDDEN : `"${hideDigits(value)}"`);
  const [one = '', other = ''] = focus(signed ?? '', arrived ?? '').map(show);
  const subject = `the parameter ${shorten(name, MAX_LENGTH)} ${what}`;
  if (reason === 'parameter added')
    return `${subject} on the way: ${other}${signed === undefined ? '' : `, signed ${one}`}`;
  if (arrived === undefined) return `${subject} on the way: ${one} is signed`;
  return `${subject} on the way: ${one} is signed, ${other} arrived`;
}

/** How much is shown before the first difference. */
const BEFORE = 12;

/** Shortens two texts to their first difference, with control characters visible. */
function focus(one: string, other: string): [string, string] {
  if (Math.max(one.length, other.length) <= MAX_LENGTH)
    return [shorten(one, MAX_LENGTH * 2), shorten(other, MAX_LENGTH * 2)];
  let same = 0;
  while (same < one.length && one[same] === other[same]) same += 1;
  const start = same <= BEFORE ? 0 : same - BEFORE;
  const show = (text: string) =>
    `${start > 0 ? '…' : ''}${shorten(toWellFormed(text.slice(start)), MAX_LENGTH)}`;
  return [show(one), show(other)];
}

/** A text that was cut inside an emoji has a lone surrogate. */
function toWellFormed(text: string): string {
  return Buffer.from(text).toString();
}

/** Hides phone numbers also where they have no plus sign any more. */
function hideDigits(text: string): string {
  return text.replace(/\d{7,}/g, (digits) => `${digits.slice(0, 1)}…${digits.slice(-4)}`);
}

const BYTES = 'let nothing on the way parse and write the body: it has to arrive byte for byte';
const TOKEN =
  'set TWILIO_AUTH_TOKEN to the one of the account that sends the webhooks, and start the tunnel again';
const AT_TWILIO: ReadonlySet<Reason> = new Set([
  'wrong scheme',
  'wrong host',
  'port',
  'credentials in the URL',
]);

function adviseOnProof(
  { differences, token, change, altered, isQueryAsForm, url }: SignatureProof,
  held: ConfiguredUrl | undefined,
  computedUrl: string,
): string[] {
  const isAtTwilio = differences.some(({ reason }) => AT_TWILIO.has(reason));
  const isOnTheWay = differences.some(({ reason }) => !AT_TWILIO.has(reason));
  const requested = shorten(formatSignedUrl(computedUrl), MAX_URL_LENGTH);
  const place = held
    ? `change ${held.holder} from ${shorten(formatSignedUrl(held.url), MAX_URL_LENGTH)} to ${requested}`
    : `give Twilio the URL ${requested}`;
  return [
    ...(token === null ? [] : [TOKEN]),
    ...(isAtTwilio ? [place, ...adviseOtherBase(differences, url)] : []),
    ...(isOnTheWay ? ['let the tunnel or proxy pass on the path and query as they are'] : []),
    ...(isOnTheWay && !isAtTwilio ? [`or ${place}`] : []),
    ...(isQueryAsForm ? ['give Twilio a URL that is not redirected: a redirect makes a POST a GET'] : []),
    ...(altered === 'url alone' ? ['set the method of the webhook at Twilio to POST, if it is GET'] : []),
    ...(change || altered ? [BYTES] : []),
  ];
}

/** Another address may be a proxy that leads to the tunnel on purpose. */
function adviseOtherBase(differences: readonly UrlDifference[], url: string): string[] {
  const { scheme, hostname, port } = splitUrl(url);
  const origin = `${scheme}//${hostname}${port && `:${port}`}`;
  const isOther = differences.some(({ reason }) => reason === 'wrong host' || reason === 'port');
  return isOther && findOriginFault(origin, false) === undefined
    ? [`or relay-phone tunnel --url ${origin}, if that address leads to this tunnel`]
    : [];
}

const MAX_URL_LENGTH = 200;

const LAST_RESORT =
  'neither the URLs nor the tokens that are known here give this signature: the body was altered, or the token is another one';

/** Describes a signature of which nothing is proven. @param named the account that the request says it is of */
export function describeUnproven(
  reason: Reason,
  named: string | undefined,
  { accountSid }: Pick<SigningKeys, 'accountSid'>,
  headers: readonly string[],
): ExchangeFinding {
  if (reason === 'another account')
    return {
      id: 'signature',
      what: `the request says that it is of the account ${named}, but the auth token here is that of ${accountSid}`,
      tryNext: [
        `set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN to those of ${named}, if its webhooks are meant`,
        'let the numbers of the other account lead to another address',
      ],
    };
  if (reason === 'malformed signature') return describeMalformed(headers);
  return {
    id: 'signature',
    what: LAST_RESORT,
    tryNext: [
      'compare TWILIO_AUTH_TOKEN with the auth token in the console: https://console.twilio.com',
      BYTES,
    ],
  };
}

function describeMalformed(headers: readonly string[]): ExchangeFinding {
  const isOfSharedKey = findHeader(headers, SETTINGS_HEADER) !== undefined;
  return {
    id: 'signature',
    what: isOfSharedKey
      ? 'it is signed with a shared key of a Webhook Rule, which is not known here'
      : 'the signature is none of an auth token, which has 28 characters of base64',
    tryNext: [
      isOfSharedKey
        ? 'let Twilio sign with the auth token: remove the Webhook Rule'
        : 'let the tunnel or proxy pass on X-Twilio-Signature as it is',
    ],
  };
}

/** https://www.twilio.com/docs/usage/security: which key has signed, if it is not the auth token. */
const SETTINGS_HEADER = 'x-twilio-webhooks-signature-settings';
