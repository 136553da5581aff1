// The paths of Twilio's APIs, and the hosts they belong to.

/** The beginning of every path of the 2010 API; other paths belong to product APIs, each with its own host. */
export const API_2010 = '/2010-04-01';

/** The route pattern of an account; the credentials check has already compared its SID. */
export const ACCOUNT = `${API_2010}/Accounts/:account`;

/** Returns the path of an account, without `.json`: `/2010-04-01/Accounts/AC…`. */
export function accountPath(sid: string): string {
  return `${API_2010}/Accounts/${sid}`;
}

/** Returns the name of a resource by its route pattern: `Calls/Streams` for `…/Calls/:call/Streams.json`. */
export function nameResource(pattern: string): string {
  // Only the last segment of a pattern has braces.
  const [path = ''] = pattern.replace(`${ACCOUNT}/`, '').replace(`${API_2010}/`, '').split('{', 1);
  const names = path.split('/').filter((part) => part !== '' && !part.startsWith(':'));
  return names.join('/').replace(/\.json$/, '');
}

/** Returns the host that serves `path` at Twilio. */
export function hostOf(path: string): string {
  if (!path.startsWith('/v')) return 'api.twilio.com';
  return PRODUCT_HOSTS.find(([paths]) => paths.test(path))?.[1] ?? 'pricing.twilio.com';
}

const PRODUCT_HOSTS: readonly [RegExp, string][] = [
  [/^\/v1\/Alerts/, 'monitor.twilio.com'],
  [/^\/v1\/(Services|Tollfree)/, 'messaging.twilio.com'],
  [/^\/v(1|2)\/PhoneNumbers\/(?!Countries)/, 'lookups.twilio.com'],
];
