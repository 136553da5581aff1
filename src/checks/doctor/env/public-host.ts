// Checks the settings of the public host in .env.
import { findOriginFault, formatWithoutPassword } from '../../../origin.js';
import { findSecretForm } from '../../../secret-forms.js';
import { planAllowedHosts } from '../../../settings/env-file/hosts.js';
import { found, nothingToCheck, passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

const URL_START = /^https?:\/\/[^/]/i;

/** Checks that Twilio could call the public base. */
export const siteOriginCheck = createDoctorCheck<'site-origin-without-scheme' | 'public-base-unusable'>({
  id: 'site-origin',
  group: 'env file',
  expects:
    'SITE_ORIGIN, the public base, starts with https:// and is not this machine, except in the sandbox',
  needs: [],
  findings: {
    'site-origin-without-scheme': {
      severity: 'fault',
      why: 'Relay builds the URL of the contact card from it, and Twilio refuses that URL (21620).',
    },
    'public-base-unusable': { severity: 'fault', why: 'Twilio cannot reach the app there.' },
  },
  run: ({ envFile, loaded, target }) => {
    const origins = [envFile?.values.get('SITE_ORIGIN'), loaded.values.publicUrl];
    const set = [...new Set(origins.flatMap((one) => (one && !findSecretForm(one) ? [one] : [])))];
    const bare = set.find((one) => !URL_START.test(one));
    if (bare !== undefined) {
      const what = `SITE_ORIGIN=${formatWithoutPassword(bare)} does not start with https://`;
      const http = `http://${bare}`;
      const isUsable = target === 'sandbox' && findOriginFault(http, true) === undefined;
      const tryNext = isUsable
        ? [`set SITE_ORIGIN=${http} in .env, then restart the app`]
        : ['set SITE_ORIGIN=https://… in .env', 'relay-phone init --public-url https://…'];
      return found({ id: 'site-origin-without-scheme', what, tryNext });
    }
    const faults = set.flatMap((one) => {
      const fault = findOriginFault(one, target === 'sandbox');
      return fault === undefined ? [] : [`${formatWithoutPassword(one)} ${fault}`];
    });
    const tryNext = ['relay-phone tunnel', 'relay-phone init --public-url https://…'];
    return passUnless(
      set.join(', ') || 'not set',
      faults.map((what) => ({ id: 'public-base-unusable', what, tryNext })),
    );
  },
});

/** Checks that the app accepts requests for the public host. */
export const envHostsCheck = createDoctorCheck({
  id: 'env-hosts',
  group: 'env file',
  expects: ".env lists the host of SITE_ORIGIN, 127.0.0.1 and localhost among the app's allowed hosts",
  needs: ['env-file', 'site-origin'],
  findings: {
    'hosts-lack': {
      severity: 'fault',
      why: 'The app answers 400 to every request for a host that is not on the list.',
      repair: 'env-hosts',
    },
  },
  run: ({ envFile }) => {
    const origin = envFile?.values.get('SITE_ORIGIN');
    if (!envFile || !origin) return nothingToCheck('SITE_ORIGIN is not set');
    const form = findSecretForm(origin);
    if (form) return nothingToCheck(`SITE_ORIGIN is ${form.name}`);
    const { key, value } = planAllowedHosts(envFile.values, new URL(origin).host);
    const present = envFile.values.get(key) ?? '';
    const missing = value.split(',').filter((host) => !present.split(',').includes(host));
    return passUnless(`${key} lists every host that the app needs`, [
      value === present
        ? undefined
        : {
            id: 'hosts-lack',
            what: `${key} lacks ${missing.join(', ')}`,
            tryNext: ['relay-phone doctor --fix, then restart the app', `set ${key}=${value} in .env`],
          },
    ]);
  },
});
