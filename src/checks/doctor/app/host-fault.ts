// Checks that an app accepts requests for its public host, as Twilio sends them.
import { RelayPhoneError } from '../../../errors.js';
import { NoAnswer, sendRequest } from '../../../http/send.js';

/** Milliseconds for one answer. */
const TIMEOUT_MS = 5000;

/** Where an app says that it is alive: Firefox Relay's documentation and heartbeat, and what every app has. */
const PATHS = ['/api/v1/docs/', '/__heartbeat__', '/'] as const;

/**
 * Asks the app under its public host, as Twilio's requests will.
 *
 * @returns what is wrong, with what to do; undefined when it answers
 */
export async function findHostFault(
  app: string,
  publicBase: string,
  hostsKey: string,
): Promise<RelayPhoneError | undefined> {
  const { host, hostname, protocol } = new URL(publicBase);
  const headers = { Host: host, 'X-Forwarded-Proto': protocol.replace(':', '') };
  try {
    for (const path of PATHS) {
      const { status, body } = await sendRequest({
        method: 'GET',
        url: new URL(path, app),
        headers,
        timeout: TIMEOUT_MS,
      });
      if (status === 400 && /DisallowedHost|ALLOWED_HOSTS|Bad Request/.test(body)) {
        return hostRefused(app, hostname, hostsKey);
      }
      if (status < 500 && status !== 404) return undefined;
    }
    return undefined;
  } catch (error) {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  }
}

function hostRefused(app: string, host: string, key: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'fault',
    task: `reach the app at ${app} as ${host}`,
    reason: `it refuses this host`,
    tryNext: [
      `restart the app: ${key} in .env names the host now, and the app reads it only once`,
      `${key}=${[...new Set([host, '127.0.0.1', 'localhost'])].join(',')} where the app reads its settings`,
    ],
  });
}
