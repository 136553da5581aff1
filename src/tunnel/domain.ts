// The domain a tunnel asks ngrok for, and where it was found.
import { RelayPhoneError } from '../errors.js';
import { formatRedacted } from './ngrok/redact.js';
import { listSettingValues, type NgrokSettingSources } from './setting-sources.js';
import type { SourcedValue } from './tunnel.js';

const DOMAIN_VARIABLE = 'NGROK_DOMAIN';
const HOST_NAME = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/**
 * The domain as a bare host name: the flag's, then `NGROK_DOMAIN` of the environment, then of `.env`, then that of the
 * first `ngrok.yml` that has one for us. Undefined leaves it to ngrok, which takes the account's dev domain.
 *
 * @throws RelayPhoneError `usage` for one that is no host name
 */
export function findDomain(
  flag: SourcedValue | undefined,
  places: NgrokSettingSources,
): SourcedValue | undefined {
  for (const { value, source } of listSettingValues(DOMAIN_VARIABLE, flag, places, ({ domain }) => domain)) {
    const domain = formatDomain(value);
    if (domain !== '') return verifyHost({ value: domain, source });
  }
  return undefined;
}

/** What people paste is often the whole URL, which ngrok does not take. */
function formatDomain(raw: string): string {
  return raw
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '');
}

function verifyHost(found: SourcedValue): SourcedValue {
  if (HOST_NAME.test(found.value)) return found;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'use the ngrok domain',
    reason: `${formatRedacted(found.value, '')} (from ${found.source}) is no host name such as your-name.ngrok-free.app`,
    tryNext: [
      'compare it with the domains at https://dashboard.ngrok.com/domains',
      "leave it out: ngrok then takes the account's dev domain",
    ],
  });
}
