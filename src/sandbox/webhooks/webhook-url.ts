// Reads the URL of a webhook: the URL to request, and the connection overrides in its fragment.

/** Timeouts and retries of a webhook; see https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides. */
export interface ConnectionOverrides {
  /** Until the connection is established, TLS included. */
  readonly connectTimeoutMs: number;
  /** Until the first bytes of the answer, and between any two packets. */
  readonly readTimeoutMs: number;
  /** For the whole webhook, all retries included. */
  readonly totalTimeoutMs: number;
  /** The maximum number of retries. */
  readonly retries: number;
  /** The kinds of failure that are retried. */
  readonly retryOn: ReadonlySet<string>;
  /** Whether TLS sends the server's name (SNI). */
  readonly sni: boolean;
}

/** The URL of a webhook. */
export interface WebhookUrl {
  /** The URL without its fragment, as it is requested, signed and shown. */
  readonly url: string;
  readonly overrides: ConnectionOverrides;
}

const POLICIES = ['4xx', '5xx', 'ct', 'rt'];

/**
 * Reads the URL of a webhook; undefined unless it is an absolute http or https URL. Invalid overrides are ignored. Twilio
 * does not support special characters in its user name and password, see https://www.twilio.com/docs/api/errors/11100.
 */
export function findWebhookUrl(text: string): WebhookUrl | undefined {
  const parsed = findWebUrl(text);
  if (!parsed || !/^[\w.~-]*$/.test(parsed.username + parsed.password)) return undefined;
  const start = text.indexOf('#');
  const plain = start === -1 ? text : text.slice(0, start);
  const overrides = readOverrides(new URLSearchParams(start === -1 ? '' : text.slice(start + 1)));
  return { url: isRequestable(plain) ? plain : parsed.href.replace(/#.*$/s, ''), overrides };
}

/** Whether the URL can be requested exactly as it is written. */
function isRequestable(url: string): boolean {
  return /^https?:\/\/[^/?]+\/[\x21-\x7e]*$/i.test(url);
}

function readOverrides(overrides: URLSearchParams): ConnectionOverrides {
  const policy = overrides.get('rp')?.split(',') ?? ['ct'];
  return {
    connectTimeoutMs: readNumber(overrides, 'ct', 100, 10_000) ?? 5000,
    readTimeoutMs: readNumber(overrides, 'rt', 100, 15_000) ?? 15_000,
    totalTimeoutMs: readNumber(overrides, 'tt', 100, 15_000) ?? 15_000,
    retries: readNumber(overrides, 'rc', 0, 5) ?? 1,
    retryOn: new Set(policy.includes('all') ? POLICIES : policy),
    sni: overrides.get('sni') !== 'n',
  };
}

function readNumber(overrides: URLSearchParams, name: string, min: number, max: number) {
  const value = overrides.get(name) ?? '';
  const number = /^\d{1,6}$/.test(value) ? Number(value) : Number.NaN;
  return number >= min && number <= max ? number : undefined;
}

/** Whether a text is an absolute http or https URL. */
export function isWebUrl(text: string): boolean {
  return findWebUrl(text) !== undefined;
}

/** Parses an absolute http or https URL; undefined for any other text. */
export function findWebUrl(text: string): URL | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text);
}
