// Plans the .env setting that makes Firefox Relay accept requests for a public host.
import type { EnvValues } from './read.js';

/** The key and value that Relay's `.env` should have. */
export interface HostsSetting {
  readonly key: 'ALLOWED_HOSTS' | 'DJANGO_ALLOWED_HOST';
  /** A comma-separated list; the current value if nothing is missing from it. */
  readonly value: string;
}

/**
 * Adds the public host, 127.0.0.1 and localhost to Relay's allowed hosts, where they are missing.
 * Relay reads ALLOWED_HOSTS, and DJANGO_ALLOWED_HOST if that is empty; an older Relay knows only the latter.
 * The list follows https://docs.djangoproject.com/en/5.2/ref/settings/#allowed-hosts.
 *
 * @param host the public host, with or without a port
 * @param newest the newest key that this Relay knows
 */
export function planAllowedHosts(
  values: EnvValues,
  host: string,
  newest: HostsSetting['key'] = 'ALLOWED_HOSTS',
): HostsSetting {
  const key = newest === 'ALLOWED_HOSTS' ? findHostsKey(values) : newest;
  const value = values.get(key) ?? '';
  const hosts = value.split(',').map((entry) => entry.trim());
  const needed = [host.replace(/:\d+$/, ''), '127.0.0.1', 'localhost'];
  const missing = new Set(needed.filter((one) => !hosts.some((entry) => allowsHost(entry, one))));
  if (missing.size === 0) return { key, value };
  return { key, value: [...hosts.filter((entry) => entry !== ''), ...missing].join(',') };
}

/** True if an entry lets a host in, as Django matches it: `*` any host, `.example.com` that domain and all below it. */
function allowsHost(entry: string, host: string): boolean {
  const [pattern, name] = [entry.toLowerCase(), host.toLowerCase()];
  if (pattern === '*' || pattern === name) return true;
  return pattern.startsWith('.') && pattern.length > 1 && `.${name}`.endsWith(pattern);
}

function findHostsKey(values: EnvValues): HostsSetting['key'] {
  const keys = ['ALLOWED_HOSTS', 'DJANGO_ALLOWED_HOST'] as const;
  return (
    keys.find((key) => values.get(key)?.trim()) ?? keys.find((key) => values.has(key)) ?? 'ALLOWED_HOSTS'
  );
}
