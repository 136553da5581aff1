// Checks the TwiML app: it exists, and its webhook URLs are complete and lead to the app.
import { findOriginFault, formatWithoutPassword } from '../../../origin.js';
import { fieldOf, webhooksUnder } from '../../../setup/webhooks.js';
import type { ApplicationInstance } from '../../../twilio/client.js';
import { type CheckFinding, found, nothingToCheck, pass, passUnless } from '../../check.js';
import { createDoctorCheck, findConfiguredPublicBase } from '../doctor-context.js';

const FIX = 'relay-phone doctor --fix';

/** Checks that the TwiML app is configured and exists. */
export const twimlAppCheck = createDoctorCheck({
  id: 'twiml-app',
  group: 'TwiML app',
  expects: 'the TwiML app is set, and the account has it',
  needs: ['account'],
  findings: {
    'app-gone': {
      severity: 'fault',
      why: 'Relay can neither buy a mask for it nor forward a text.',
      repair: 'setup',
    },
  },
  run: async ({ openAccount }) => {
    const view = await openAccount();
    const { applicationSid } = view.setup.settings;
    if (!applicationSid) return nothingToCheck('TWILIO_SMS_APPLICATION_SID is not set');
    const twimlApp = await view.twimlApp();
    if (twimlApp) return pass(`"${twimlApp.friendlyName}" (${twimlApp.sid})`);
    const what = `${view.setup.client.accountSid} has no TwiML app ${applicationSid}`;
    return found({ id: 'app-gone', what, tryNext: ['relay-phone init', FIX] });
  },
});

const URL_FIELDS = [
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

/** Checks that the webhooks are complete, belong together, and are Relay's. */
export const webhooksCheck = createDoctorCheck<WebhooksFinding>({
  id: 'webhooks',
  group: 'TwiML app',
  expects:
    "the webhooks and status callbacks of the TwiML app are set, on one public host, use POST, and have Relay's paths",
  needs: ['twiml-app'],
  findings: {
    'webhooks-missing': {
      severity: 'fault',
      why: 'The app never hears of these texts and calls.',
      repair: 'twiml-app',
    },
    'status-callbacks-missing': {
      severity: 'fault',
      why: 'Relay sends one with every forwarded text, and Twilio uses the other: without them the app hears of no delivery.',
      repair: 'twiml-app',
    },
    'webhooks-malformed': {
      severity: 'fault',
      why: 'Twilio cannot call it, and refuses every forwarded text (21609).',
    },
    'webhooks-on-several-hosts': {
      severity: 'fault',
      why: 'One of them is out of date: what Twilio sends there is lost.',
      repair: 'twiml-app',
    },
    'webhooks-not-post': {
      severity: 'fault',
      why: 'Relay answers 405 to every method but POST.',
      repair: 'twiml-app',
    },
    'webhooks-unlike-relay': { severity: 'warning', why: 'Firefox Relay answers at other paths.' },
  },
  run: async ({ openAccount, target }) => {
    const twimlApp = await (await openAccount()).twimlApp();
    if (!twimlApp) return nothingToCheck('no TwiML app');
    const set = URL_FIELDS.filter((name) => fieldOf(twimlApp, name) !== '');
    const origins = [...new Set(set.map((name) => originOfUrl(fieldOf(twimlApp, name))))];
    return passUnless(`all on ${origins.join(', ')}`, [
      findMissing(set),
      findMissingCallbacks(set),
      findMalformed(origins, target === 'sandbox'),
      findSeveralHosts(twimlApp, origins, set),
      findOtherMethods(twimlApp),
      findOtherPaths(twimlApp, set),
    ]);
  },
});

/** Checks that the TwiML app and `.env` agree on the public base. */
export const staleHostCheck = createDoctorCheck({
  id: 'stale-host',
  group: 'TwiML app',
  expects: 'the TwiML app points to the public base, SITE_ORIGIN',
  needs: ['webhooks', 'site-origin'],
  findings: {
    'host-stale': {
      severity: 'fault',
      why: 'Texts and calls go to an old address, and the app expects another.',
      repair: 'twiml-app',
    },
  },
  run: async (context) => {
    const base = findConfiguredPublicBase(context);
    const twimlApp = await (await context.openAccount()).twimlApp();
    if (!base || !twimlApp) return nothingToCheck('no public base is set');
    const urls = URL_FIELDS.map((name) => fieldOf(twimlApp, name)).filter((url) => URL.canParse(url));
    const others = [...new Set(urls.map(originOfUrl))].filter((origin) => origin !== base);
    return passUnless(`points to ${base}`, [
      others.length > 0
        ? {
            id: 'host-stale',
            what: `it points to ${others.join(', ')}, but the public base is ${base}`,
            tryNext: [FIX, `relay-phone init --public-url ${others[0]}, if that is the right one`],
          }
        : undefined,
    ]);
  },
});

function findMissing(set: readonly UrlField[]): CheckFinding<WebhooksFinding> | undefined {
  const missing = (['smsUrl', 'voiceUrl', 'statusCallback'] as const).filter((name) => !set.includes(name));
  if (missing.length === 0) return undefined;
  return { id: 'webhooks-missing', what: formatNotSet(missing), tryNext: [FIX] };
}

function findMissingCallbacks(set: readonly UrlField[]): CheckFinding<WebhooksFinding> | undefined {
  const both = ['smsStatusCallback', 'messageStatusCallback'] as const;
  const missing = both.filter((name) => !set.includes(name));
  if (missing.length === 0) return undefined;
  return { id: 'status-callbacks-missing', what: formatNotSet(missing), tryNext: [FIX] };
}

function formatNotSet(names: readonly string[]): string {
  return `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} not set`;
}

function findMalformed(
  origins: readonly string[],
  allowLocal: boolean,
): CheckFinding<WebhooksFinding> | undefined {
  const [fault] = origins.flatMap((origin) => {
    const clause = findOriginFault(origin, allowLocal);
    return clause === undefined ? [] : [`${origin} ${clause}`];
  });
  if (fault === undefined) return undefined;
  const tryNext = ['relay-phone tunnel', 'relay-phone init --public-url https://…'];
  return { id: 'webhooks-malformed', what: fault, tryNext };
}

function findSeveralHosts(
  twimlApp: ApplicationInstance,
  origins: readonly string[],
  set: readonly UrlField[],
): CheckFinding<WebhooksFinding> | undefined {
  if (origins.length < 2) return undefined;
  const hosts = set.map((name) => `${name} on ${originOfUrl(fieldOf(twimlApp, name))}`).join(', ');
  return { id: 'webhooks-on-several-hosts', what: `its URLs are on several hosts: ${hosts}`, tryNext: [FIX] };
}

function findOtherMethods(twimlApp: ApplicationInstance): CheckFinding<WebhooksFinding> | undefined {
  const others = METHOD_FIELDS.filter((name) => fieldOf(twimlApp, name) !== 'POST');
  if (others.length === 0) return undefined;
  const what = others.map((name) => `${name} is ${fieldOf(twimlApp, name) || 'not set'}`).join(', ');
  return { id: 'webhooks-not-post', what, tryNext: [FIX] };
}

function findOtherPaths(
  twimlApp: ApplicationInstance,
  set: readonly UrlField[],
): CheckFinding<WebhooksFinding> | undefined {
  const others = set.filter((name) => {
    const url = fieldOf(twimlApp, name);
    const path = URL.canParse(url) ? new URL(url).pathname.replace(/\/$/, '') : undefined;
    return path !== undefined && path !== new URL(webhooksUnder('https://x.test')[name]).pathname;
  });
  if (others.length === 0) return undefined;
  const what = others
    .map((name) => `${name} is ${formatWithoutPassword(fieldOf(twimlApp, name))}`)
    .join(', ');
  return {
    id: 'webhooks-unlike-relay',
    what,
    tryNext: ['nothing, if the app is not Firefox Relay', 'relay-phone init'],
  };
}

/** Returns the origin of a URL; a text that is not a URL comes back as it is, without any password. */
function originOfUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : formatWithoutPassword(url);
}
