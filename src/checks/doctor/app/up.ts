// Checks that the app runs, and answers under its public host.

import { NoAnswer, sendRequest } from '../../../http/send.js';
import { planAllowedHosts } from '../../../settings/env-file/hosts.js';
import { createCheck, nothingToCheck, pass, toOutcome } from '../../check.js';
import { findSetPublicBase } from '../doctor-context.js';
import { findHostFault } from './host-fault.js';

/** What starts an app, most likely first. */
const START = ['relay-phone serve', 'in a checkout of Firefox Relay: python manage.py runserver'];

/** Whether somebody answers. */
export const appCheck = createCheck({
  id: 'app',
  group: 'app',
  looksAt: 'the app: that it answers on this machine',
  needs: ['binary', 'state-folder'],
  findings: {
    'app-down': { severity: 'fault', why: 'Texts and calls to a mask are lost while it is down.' },
  },
  look: async ({ findAppOrigin, timeout }) => {
    const app = await findAppOrigin();
    try {
      await sendRequest({ method: 'GET', url: new URL('/', app), timeout });
      return pass(`answers at ${app}`);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const tryNext = [...START, '--app URL, when it is elsewhere'];
      return toOutcome('', [{ id: 'app-down', what: error.message, tryNext }]);
    }
  },
});

/** Whether it takes its public host for its own. */
export const hostCheck = createCheck({
  id: 'app-host',
  group: 'app',
  looksAt: 'the app: that it answers under its public host',
  needs: ['app', 'site-origin'],
  findings: {
    'app-refuses-host': { severity: 'fault', why: 'It answers 400 to everything that Twilio sends.' },
  },
  look: async (context) => {
    const base = findSetPublicBase(context);
    if (base === undefined) return nothingToCheck('no public base is set');
    const { host } = new URL(base);
    const { key } = planAllowedHosts(context.envFile?.values ?? new Map(), host);
    const fault = await findHostFault(await context.findAppOrigin(), base, key);
    return toOutcome(`answers as ${host}`, [
      fault && {
        id: 'app-refuses-host',
        what: `the app refuses requests for ${host}`,
        tryNext: fault.tryNext,
      },
    ]);
  },
});
