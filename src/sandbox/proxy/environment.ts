// The environment variables that route a program's requests to Twilio through the proxy, for every language.

import { delimiter } from 'node:path';
import { MEDIA_HOST } from '../platform/twilio-hosts.js';
import { formatJavaOptions } from './java.js';
import type { Trust } from './trust.js';

/** The environment of a process. */
export type ProgramEnvironment = Readonly<Record<string, string | undefined>>;

/** The names of this machine. */
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/**
 * Returns the variables to add to `environment`, extending the user's own values.
 *
 * @param url of the proxy, with its token
 */
export function createProxiedEnvironment(
  environment: ProgramEnvironment,
  url: string,
  trust: Trust,
): Record<string, string> {
  const exempt = listExempt(environment);
  return {
    // Twilio's SDK for Node.js reads HTTP_PROXY only, most others HTTPS_PROXY; curl reads http_proxy in lower case only.
    ...bothCases('HTTPS_PROXY', url),
    ...bothCases('HTTP_PROXY', url),
    ...bothCases('NO_PROXY', exempt.join(',')),
    // Node.js 22.21 and 24: makes fetch and http use the variables above.
    NODE_USE_ENV_PROXY: '1',
    REQUESTS_CA_BUNDLE: trust.bundle,
    SSL_CERT_FILE: trust.bundle,
    CURL_CA_BUNDLE: trust.bundle,
    NODE_EXTRA_CA_CERTS: trust.bundle,
    TWILIO_CA_BUNDLE: trust.bundle,
    PHP_INI_SCAN_DIR: `${environment.PHP_INI_SCAN_DIR ?? ''}${delimiter}${trust.phpFolder}`,
    JAVA_TOOL_OPTIONS: formatJavaOptions(environment.JAVA_TOOL_OPTIONS, url, trust, exempt),
  };
}

/** The user's NO_PROXY without entries that match Twilio, plus this machine, where the app and the sandbox run. */
function listExempt(environment: ProgramEnvironment): string[] {
  const raw = environment.NO_PROXY ?? environment.no_proxy ?? '';
  const kept = raw.split(/[\s,]+/).filter((entry) => entry !== '' && !coversTwilio(entry));
  return [...new Set([...kept, ...LOOPBACK])];
}

/** True if an entry could match a host of Twilio, in any of the ways that programs read such lists. */
function coversTwilio(entry: string): boolean {
  const name = entry
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^[*.]+/, '')
    .replace(/(?<!\.)\.+$/, '');
  const isCovering = ['', 'com', 'twilio.com', 'twiliocdn.com', MEDIA_HOST].includes(name);
  return isCovering || name.endsWith('.twilio.com') || name.includes('*');
}

function bothCases(name: string, value: string): Record<string, string> {
  return { [name]: value, [name.toLowerCase()]: value };
}
