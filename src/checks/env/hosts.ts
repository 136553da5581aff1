// Looks at what .env says about the host under which Twilio reaches the app.
import { planAllowedHosts } from '../../settings/env-file/hosts.js';
import { createCheck, nothing, sight } from '../check.js';

/** Whether it has its scheme, and the app answers to it. */
export const hostsCheck = createCheck({
  id: 'env-hosts',
  group: 'env file',
  looksAt: '.env: SITE_ORIGIN with its scheme, and its host, 127.0.0.1 and localhost among the hosts',
  needs: ['env-file'],
  findings: {
    'site-origin-without-scheme': {
      severity: 'fault',
      why: 'Relay puts it in front of the address of the contact card, which Twilio then refuses (21620).',
    },
    'hosts-lack': {
      severity: 'fault',
      why: 'The app answers 400 to every request under a host that is not on the list.',
      repair: 'env-hosts',
    },
  },
  look: ({ envFile }) => {
    const origin = envFile?.values.get('SITE_ORIGIN');
    if (!envFile || !origin) return nothing('SITE_ORIGIN is not set');
    if (!/^https?:\/\/[^/]/i.test(origin) || !URL.canParse(origin)) {
      return sight('', [
        {
          id: 'site-origin-without-scheme',
          what: `SITE_ORIGIN=${origin} does not start with https://`,
          tryNext: [`relay-phone init --public-url https://${origin.replace(/^.*\/\//, '')}`],
        },
      ]);
    }
    const { key, value } = planAllowedHosts(envFile.values, new URL(origin).host);
    const present = envFile.values.get(key) ?? '';
    const missing = value.split(',').filter((host) => !present.split(',').includes(host));
    return sight(`${key} has all that SITE_ORIGIN needs`, [
      value === present
        ? undefined
        : {
            id: 'hosts-lack',
            what: `${key} lacks ${missing.join(', ')}`,
            tryNext: ['relay-phone doctor --fix, then restart the app', `${key}=${value} in .env`],
          },
    ]);
  },
});
