// Checks that the TwiML app exists and points to the app.
import { fieldOf } from '../../../setup/webhooks.js';
import { nothingToCheck, pass, passUnless } from '../../check.js';
import { createDoctorCheck, findConfiguredPublicBase } from '../doctor-context.js';
import { originOfUrl, URL_FIELDS } from './webhooks.js';

/** Whether it is set and there. */
export const twimlAppCheck = createDoctorCheck({
  id: 'twiml-app',
  group: 'TwiML app',
  checks: 'the TwiML app: set, and in the account',
  needs: ['account'],
  findings: {
    'app-gone': {
      severity: 'fault',
      why: 'Relay cannot buy a mask for it, nor forward a text.',
      repair: 'setup',
    },
  },
  run: async ({ openAccount }) => {
    const view = await openAccount();
    const { applicationSid } = view.setup.settings;
    if (!applicationSid) return nothingToCheck('TWILIO_SMS_APPLICATION_SID is not set');
    const app = await view.twimlApp();
    if (app) return pass(`"${app.friendlyName}" (${app.sid})`);
    const what = `${view.setup.client.accountSid} has no ${applicationSid}`;
    return passUnless('', [
      { id: 'app-gone', what, tryNext: ['relay-phone init', 'relay-phone doctor --fix'] },
    ]);
  },
});

/** Whether it leads to where `.env` says that the app is. */
export const staleHostCheck = createDoctorCheck({
  id: 'stale-host',
  group: 'TwiML app',
  checks: 'the TwiML app: that it leads to the public base, SITE_ORIGIN',
  needs: ['webhooks', 'site-origin'],
  findings: {
    'host-stale': {
      severity: 'fault',
      why: 'Texts and calls go to an address from before, and the app knows itself under another.',
      repair: 'twiml-app',
    },
  },
  run: async (context) => {
    const base = findConfiguredPublicBase(context);
    const app = await (await context.openAccount()).twimlApp();
    if (!base || !app) return nothingToCheck('no public base is set');
    const origins = URL_FIELDS.map((name) => fieldOf(app, name)).filter((url) => URL.canParse(url));
    const others = [...new Set(origins.map(originOfUrl))].filter((origin) => origin !== base);
    return passUnless(`leads to ${base}`, [
      others.length > 0
        ? {
            id: 'host-stale',
            what: `it leads to ${others.join(', ')}, and the public base is ${base}`,
            tryNext: [
              'relay-phone doctor --fix',
              `relay-phone init --public-url ${others[0]}, when that is the right one`,
            ],
          }
        : undefined,
    ]);
  },
});
