// The variables that lead a program's requests to Twilio into the sandbox, whatever it is written in.
import { delimiter } from 'node:path';
import { formatJavaOptions } from './java.js';
import type { Trust } from './trust.js';

/** Variables of a process. */
export type ProgramEnvironment = Readonly<Record<string, string | undefined>>;

/** This machine, in the spellings that programs know. */
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/**
 * What to add to `environment`, which is read for what the user has there already.
 *
 * @param url the interceptor's, with its token
 */
export function createProxiedEnvironment(
  environment: ProgramEnvironment,
  url: string,
  trust: Trust,
): Record<string, string> {
  const exempt = listExempt(environment);
  return {
    // The SDK for Node.js reads HTTP_PROXY alone, most others HTTPS_PROXY; curl reads http_proxy in lower case only.
    ...twins('HTTPS_PROXY', url),
    ...twins('HTTP_PROXY', url),
    ...twins('NO_PROXY', exempt.join(',')),
    // Node.js 22.21 and 24: its own fetch and http heed the variables above.
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

/** The user's exceptions without those that Twilio would fall under, and this machine, where the app and the sandbox are. */
function listExempt(environment: ProgramEnvironment): string[] {
  const raw = environment.NO_PROXY ?? environment.no_proxy ?? '';
  const kept = raw.split(/[\s,]+/).filter((entry) => entry !== '' && !coversTwilio(entry));
  return [...new Set([...kept, ...LOOPBACK])];
}

/** As the last part of a name, in any of the ways that programs read such lists; a pattern may. */
function coversTwilio(entry: string): boolean {
  const name = entry
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^[*.]+/, '')
    .replace(/\.+$/, '');
  return ['', 'com', 'twilio.com'].includes(name) || name.endsWith('.twilio.com') || name.includes('*');
}

function twins(name: string, value: string): Record<string, string> {
  return { [name]: value, [name.toLowerCase()]: value };
}
