// Checks that the app runs, and accepts requests for its public host.
import { RelayPhoneError } from '../../../errors.js';
import { appAgentFor } from '../../../http/client.js';
import { NoAnswer, sendRequest } from '../../../http/send.js';
import { planAllowedHosts } from '../../../settings/env-file/hosts.js';
import { found, nothingToCheck, pass, passUnless } from '../../check.js';
import { createDoctorCheck, findConfiguredPublicBase } from '../doctor-context.js';

/** What starts an app, most likely first. */
const START_COMMANDS = ['relay-phone serve', 'in a checkout of Firefox Relay: python manage.py runserver'];

/** Checks that something answers where the app should be. */
export const appCheck = createDoctorCheck({
  id: 'app',
  group: 'app',
  expects: 'the app answers on this machine',
  needs: ['binary', 'state-folder'],
  findings: {
    'app-down': { severity: 'fault', why: 'While it is down, texts and calls to masks are lost.' },
  },
  run: async ({ findAppOrigin, timeoutMs }) => {
    const app = await findAppOrigin();
    try {
      const url = new URL('/', app);
      await sendRequest({ method: 'GET', url, timeoutMs, agent: appAgentFor(url) });
      return pass(`answers at ${app}`);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const tryNext = [...START_COMMANDS, '--app URL, if it is somewhere else'];
      return found({ id: 'app-down', what: error.message, tryNext });
    }
  },
});

/** Checks that the app accepts its public host. */
export const appHostCheck = createDoctorCheck({
  id: 'app-host',
  group: 'app',
  expects: 'the app accepts requests for its public host',
  needs: ['app', 'site-origin'],
  findings: {
    'app-refuses-host': { severity: 'fault', why: 'It answers 400 to everything that Twilio sends.' },
  },
  run: async (context) => {
    const base = findConfiguredPublicBase(context);
    if (base === undefined) return nothingToCheck('no public base is set');
    const { host } = new URL(base);
    const { key } = planAllowedHosts(context.envFile?.values ?? new Map(), host);
    const fault = await findHostFault(await context.findAppOrigin(), base, key);
    return passUnless(`accepts requests for ${host}`, [
      fault && {
        id: 'app-refuses-host',
        what: `the app refuses requests for ${host}`,
        tryNext: fault.tryNext,
      },
    ]);
  },
});

/** Milliseconds for one answer of the app. */
const TIMEOUT_MS = 5000;

/** Pages that show whether an app is up: Firefox Relay's API documentation and heartbeat, and one that every app has. */
const PATHS = ['/api/v1/docs/', '/__heartbeat__', '/'] as const;

/**
 * Requests a page of the app under its public host, as Twilio's webhooks will.
 *
 * @param hostsKey the key in `.env` that lists the allowed hosts
 * @returns what is wrong and what to do; undefined if the app accepts the host or does not answer
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
      const url = new URL(path, app);
      const agent = appAgentFor(url);
      const request = { method: 'GET', url, headers, timeoutMs: TIMEOUT_MS, agent };
      const { status, body } = await sendRequest(request);
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
    reason: 'it refuses this host',
    tryNext: [
      `restart the app: ${key} in .env lists the host now, and the app reads .env only when it starts`,
      `set ${key}=${[...new Set([host, '127.0.0.1', 'localhost'])].join(',')} where the app reads its settings`,
    ],
  });
}
