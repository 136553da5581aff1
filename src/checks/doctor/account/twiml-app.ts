// Checks the TwiML app: it exists, and its webhook URLs lead to the app.
import { findOriginFault, formatWithoutPassword } from '../../../public-origin.js';
import { fieldOf, webhooksUnder } from '../../../setup/webhooks.js';
import type { ApplicationInstance } from '../../../twilio/client.js';
import { type CheckFinding, nothingToCheck, pass, passUnless } from '../../check.js';
import { createDoctorCheck, findConfiguredPublicBase } from '../doctor-context.js';

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

/** The fields of a TwiML app that are URLs. */
export const URL_FIELDS = [
  'smsUrl',
  'voiceUrl',
  'statusCallback',
  'smsStatusCallback',
  'messageStatusCallback',
] as const;
const METHOD_FIELDS = ['smsMethod', 'voiceMethod', 'statusCallbackMethod'] as const;

type UrlField = (typeof URL_FIELDS)[number];
type WebhooksFinding =
  | 'webhooks-missing'
  | 'status-callbacks-missing'
  | 'webhooks-malformed'
  | 'webhooks-on-several-hosts'
  | 'webhooks-not-post'
  | 'webhooks-unlike-relay';

const REPAIR = 'relay-phone doctor --fix';

/** Whether its URLs are there, belong together, and are Relay's. */
export const webhooksCheck = createDoctorCheck<WebhooksFinding>({
  id: 'webhooks',
  group: 'TwiML app',
  checks: "the TwiML app: all URLs on one public host, with POST, both text status callbacks, Relay's paths",
  needs: ['twiml-app'],
  findings: {
    'webhooks-missing': {
      severity: 'fault',
      why: 'What happens there never reaches the app.',
      repair: 'twiml-app',
    },
    'status-callbacks-missing': {
      severity: 'fault',
      why: 'Relay passes one on with every forward, and Twilio goes by the other: without them no delivery is heard of.',
      repair: 'twiml-app',
    },
    'webhooks-malformed': {
      severity: 'fault',
      why: 'Twilio cannot call it, and refuses every forward (21609).',
    },
    'webhooks-on-several-hosts': {
      severity: 'fault',
      why: 'One of them is left over from before: what goes there is lost.',
      repair: 'twiml-app',
    },
    'webhooks-not-post': {
      severity: 'fault',
      why: 'Relay answers 405 to anything but POST.',
      repair: 'twiml-app',
    },
    'webhooks-unlike-relay': { severity: 'warning', why: 'Firefox Relay answers at other paths.' },
  },
  run: async ({ openAccount, target }) => {
    const app = await (await openAccount()).twimlApp();
    if (!app) return nothingToCheck('no TwiML app');
    const set = URL_FIELDS.filter((name) => fieldOf(app, name) !== '');
    const origins = [...new Set(set.map((name) => originOfUrl(fieldOf(app, name))))];
    return passUnless(`all on ${origins.join(', ')}`, [
      findMissing(set),
      findMissingCallbacks(set),
      findMalformed(origins, target === 'sandbox'),
      findSeveralHosts(app, origins, set),
      findOtherMethods(app),
      findOtherPaths(app, set),
    ]);
  },
});

/** Returns the origin of a URL; any other text comes back unchanged. */
export function originOfUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : formatWithoutPassword(url);
}

function findMissing(set: readonly UrlField[]): CheckFinding<WebhooksFinding> | undefined {
  const missing = (['smsUrl', 'voiceUrl', 'statusCallback'] as const).filter((name) => !set.includes(name));
  if (missing.length === 0) return undefined;
  return { id: 'webhooks-missing', what: `${missing.join(', ')} is not set`, tryNext: [REPAIR] };
}

function findMissingCallbacks(set: readonly UrlField[]): CheckFinding<WebhooksFinding> | undefined {
  const both = ['smsStatusCallback', 'messageStatusCallback'] as const;
  const missing = both.filter((name) => !set.includes(name));
  if (missing.length === 0) return undefined;
  return { id: 'status-callbacks-missing', what: `${missing.join(', ')} is not set`, tryNext: [REPAIR] };
}

function findMalformed(
  origins: readonly string[],
  allowLoopback: boolean,
): CheckFinding<WebhooksFinding> | undefined {
  const [fault] = origins.flatMap((origin) => {
    const clause = findOriginFault(origin, allowLoopback);
    return clause === undefined ? [] : [`${origin} ${clause}`];
  });
  if (fault === undefined) return undefined;
  const tryNext = ['relay-phone tunnel', 'relay-phone init --public-url https://…'];
  return { id: 'webhooks-malformed', what: fault, tryNext };
}

function findSeveralHosts(
  app: ApplicationInstance,
  origins: readonly string[],
  set: readonly UrlField[],
): CheckFinding<WebhooksFinding> | undefined {
  if (origins.length < 2) return undefined;
  const where = set.map((name) => `${name} on ${originOfUrl(fieldOf(app, name))}`).join(', ');
  return {
    id: 'webhooks-on-several-hosts',
    what: `its URLs are on several hosts: ${where}`,
    tryNext: [REPAIR],
  };
}

function findOtherMethods(app: ApplicationInstance): CheckFinding<WebhooksFinding> | undefined {
  const others = METHOD_FIELDS.filter((name) => fieldOf(app, name) !== 'POST');
  if (others.length === 0) return undefined;
  const what = others.map((name) => `${name} is ${fieldOf(app, name) || 'not set'}`).join(', ');
  return { id: 'webhooks-not-post', what, tryNext: [REPAIR] };
}

function findOtherPaths(
  app: ApplicationInstance,
  set: readonly UrlField[],
): CheckFinding<WebhooksFinding> | undefined {
  const others = set.filter((name) => {
    const url = fieldOf(app, name);
    const path = URL.canParse(url) ? new URL(url).pathname.replace(/\/$/, '') : undefined;
    return path !== undefined && path !== new URL(webhooksUnder('https://x.test')[name]).pathname;
  });
  if (others.length === 0) return undefined;
  const what = others.map((name) => `${name} is ${formatWithoutPassword(fieldOf(app, name))}`).join(', ');
  return {
    id: 'webhooks-unlike-relay',
    what,
    tryNext: ['nothing, when the app is no Relay', 'relay-phone init'],
  };
}
