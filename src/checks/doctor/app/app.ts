// Checks that the app runs, and answers under its public host.
import { RelayPhoneError } from '../../../errors.js';
import { NoAnswer, sendRequest } from '../../../http/send.js';
import { planAllowedHosts } from '../../../settings/env-file/hosts.js';
import { nothingToCheck, pass, passUnless } from '../../check.js';
import { createDoctorCheck, findConfiguredPublicBase } from '../doctor-context.js';

/** What starts an app, most likely first. */
const START_COMMANDS = ['relay-phone serve', 'in a checkout of Firefox Relay: python manage.py runserver'];

/** Whether somebody answers. */
export const appCheck = createDoctorCheck({
  id: 'app',
  group: 'app',
  checks: 'the app: that it answers on this machine',
  needs: ['binary', 'state-folder'],
  findings: {
    'app-down': { severity: 'fault', why: 'Texts and calls to a mask are lost while it is down.' },
  },
  run: async ({ findAppOrigin, timeoutMs: timeout }) => {
    const app = await findAppOrigin();
    try {
      await sendRequest({ method: 'GET', url: new URL('/', app), timeout });
      return pass(`answers at ${app}`);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const tryNext = [...START_COMMANDS, '--app URL, when it is elsewhere'];
      return passUnless('', [{ id: 'app-down', what: error.message, tryNext }]);
    }
  },
});

/** Whether it takes its public host for its own. */
export const appHostCheck = createDoctorCheck({
  id: 'app-host',
  group: 'app',
  checks: 'the app: that it answers under its public host',
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
    return passUnless(`answers as ${host}`, [
      fault && {
        id: 'app-refuses-host',
        what: `the app refuses requests for ${host}`,
        tryNext: fault.tryNext,
      },
    ]);
  },
});

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
