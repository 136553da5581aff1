// Decides which setting lets a Relay answer under a public host, and what it must say.
import type { EnvValues } from './read.js';

/** A setting of Relay's, as its `.env` should have it. */
export interface HostsSetting {
  readonly key: 'ALLOWED_HOSTS' | 'DJANGO_ALLOWED_HOST';
  /** A comma list; the present value itself when nothing is missing from it. */
  readonly value: string;
}

/**
 * Adds what is missing of the public host, 127.0.0.1 and localhost to the list of hosts that Relay answers to.
 * Relay takes ALLOWED_HOSTS, and DJANGO_ALLOWED_HOST when that is empty; an older one knows only the latter.
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
  const known = new Set(hosts.map((entry) => entry.toLowerCase()));
  const needed = [host.replace(/:\d+$/, ''), '127.0.0.1', 'localhost'];
  const missing = new Set(needed.filter((entry) => !known.has(entry.toLowerCase())));
  if (known.has('*') || missing.size === 0) return { key, value };
  return { key, value: [...hosts.filter((entry) => entry !== ''), ...missing].join(',') };
}

function findHostsKey(values: EnvValues): HostsSetting['key'] {
  const keys = ['ALLOWED_HOSTS', 'DJANGO_ALLOWED_HOST'] as const;
  return (
    keys.find((key) => values.get(key)?.trim()) ?? keys.find((key) => values.has(key)) ?? 'ALLOWED_HOSTS'
  );
}
