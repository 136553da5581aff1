// Reads the address of a webhook: what is requested and signed, and the connection overrides in its fragment.
import { findWebUrl } from './settings.js';

/** How hard to try to reach a webhook; times in milliseconds. */
export interface ConnectionOverrides {
  /** Until the connection stands. */
  readonly connectTimeout: number;
  /** Until the first bytes of the answer, and between any two. */
  readonly readTimeout: number;
  /** For everything, with all retries. */
  readonly totalTimeout: number;
  /** How many more times to try. */
  readonly retries: number;
  /** Which failures are worth another try. */
  readonly retryOn: ReadonlySet<string>;
  /** Whether TLS tells the server's name. */
  readonly sni: boolean;
}

/** A webhook's address. */
export interface WebhookUrl {
  /** Without the fragment; what is requested, signed and shown. */
  readonly url: string;
  readonly effort: ConnectionOverrides;
}

const POLICIES = ['4xx', '5xx', 'ct', 'rt'];

/**
 * Takes a webhook's URL apart; undefined when it is no absolute http or https URL. Overrides that make no sense are
 * as if they were not there. See https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides.
 */
export function findWebhookUrl(text: string): WebhookUrl | undefined {
  const parsed = findWebUrl(text);
  if (!parsed) return undefined;
  const start = text.indexOf('#');
  const plain = start === -1 ? text : text.slice(0, start);
  const effort = readEffort(new URLSearchParams(start === -1 ? '' : text.slice(start + 1)));
  return { url: isRequestable(plain) ? plain : parsed.href.replace(/#.*$/s, ''), effort };
}

/** Whether a request's target can be written just as it is in the URL. */
function isRequestable(url: string): boolean {
  return /^https?:\/\/[^/?]+\/[\x21-\x7e]*$/i.test(url);
}

function readEffort(overrides: URLSearchParams): ConnectionOverrides {
  const policy = overrides.get('rp')?.split(',') ?? ['ct'];
  return {
    connectTimeout: readNumber(overrides, 'ct', 100, 10_000) ?? 5000,
    readTimeout: readNumber(overrides, 'rt', 100, 15_000) ?? 15_000,
    totalTimeout: readNumber(overrides, 'tt', 100, 15_000) ?? 15_000,
    retries: readNumber(overrides, 'rc', 0, 5) ?? 1,
    retryOn: new Set(policy.includes('all') ? POLICIES : policy),
    sni: overrides.get('sni') !== 'n',
  };
}

function readNumber(overrides: URLSearchParams, name: string, least: number, most: number) {
  const value = overrides.get(name) ?? '';
  const number = /^\d{1,6}$/.test(value) ? Number(value) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}
