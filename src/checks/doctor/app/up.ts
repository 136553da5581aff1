// Checks that the app runs, and answers under its public host.

import { NoAnswer, sendRequest } from '../../../http/send.js';
import { planAllowedHosts } from '../../../settings/env-file/hosts.js';
import { nothingToCheck, pass, passUnless } from '../../check.js';
import { createDoctorCheck, findConfiguredPublicBase } from '../doctor-context.js';
import { findHostFault } from './host-fault.js';

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
