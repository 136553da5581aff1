// The cookies that the app sets on webhooks, for each conversation of two numbers and for each call.
import { WebhookFailure } from './failure.js';

/** How long Twilio keeps cookies after they were last used. */
const LIFETIME_MS = 4 * 3_600_000;
const MAX_CONVERSATIONS = 10_000;

/** The cookies of all conversations. */
export interface CookieJar {
  /** The `Cookie` header for a host; undefined if there are no cookies. */
  read(conversation: string, host: string): string | undefined;
  /**
   * Stores the cookies of `Set-Cookie` headers.
   *
   * @throws WebhookFailure 11206 for a cookie without a name, or with a control character.
   */
  keep(conversation: string, host: string, headers: readonly string[]): void;
  clear(): void;
}

interface Jar {
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly cookies: ReadonlyMap<string, string>;
}

/** Creates an empty jar. See https://www.twilio.com/docs/messaging/guides/webhook-request. */
export function createCookieJar(now: () => number): CookieJar {
  const jars = new Map<string, Jar>();
  const find = (key: string) => {
    const jar = jars.get(key);
    return jar && jar.until > now() ? jar.cookies : undefined;
  };
  const store = (key: string, cookies: Jar['cookies']) => {
    jars.delete(key);
    jars.set(key, { until: now() + LIFETIME_MS, cookies });
    for (const [oldest] of jars) {
      if (jars.size <= MAX_CONVERSATIONS) break;
      jars.delete(oldest);
    }
  };
  return {
    read: (conversation, host) => {
      const key = `${conversation} ${host}`;
      const cookies = find(key);
      if (!cookies?.size) return undefined;
      store(key, cookies);
      return [...cookies].map((pair) => pair.join('=')).join('; ');
    },
    keep: (conversation, host, headers) => {
      if (headers.length === 0) return;
      const key = `${conversation} ${host}`;
      const cookies = new Map(find(key));
      for (const header of headers) apply(cookies, header);
      store(key, cookies);
    },
    clear: () => jars.clear(),
  };
}

function apply(cookies: Map<string, string>, header: string): void {
  const [pair = '', ...attributes] = header.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, Math.max(0, equals)).trim();
  const value = pair.slice(equals + 1).trim();
  verifyCookie(name, header);
  if (/\s/.test(name)) return;
  if (attributes.some(isInThePast)) cookies.delete(name);
  else cookies.set(name, value);
}

/** True for `Max-Age=0`, and for the date of 1970 with which frameworks delete cookies. */
function isInThePast(attribute: string): boolean {
  return (
    /^\s*max-age\s*=\s*(0|-\d+)\s*$/i.test(attribute) || /^\s*expires\s*=.*\b19[67]\d\b/i.test(attribute)
  );
}

/** See https://www.twilio.com/docs/api/errors/11206. */
function verifyCookie(name: string, header: string): void {
  if (name === '') throw invalidCookie('a cookie has no name');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for control characters
  if (/[\x00-\x1f\x7f]/.test(header)) throw invalidCookie('a cookie has a control character');
}

function invalidCookie(reason: string): WebhookFailure {
  return new WebhookFailure(11206, `HTTP protocol violation: ${reason}`);
}
