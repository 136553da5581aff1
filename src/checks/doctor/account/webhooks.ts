// Checks the webhook URLs and methods of the TwiML app: texts, calls and their status callbacks.
import { findOriginFault, formatWithoutPassword } from '../../../public-origin.js';
import { fieldOf, webhooksUnder } from '../../../setup/webhooks.js';
import type { ApplicationInstance } from '../../../twilio/client.js';
import { type CheckFinding, createCheck, nothingToCheck, toOutcome } from '../../check.js';

/** The fields of a TwiML app that are URLs. */
export const URLS = [
  'smsUrl',
  'voiceUrl',
  'statusCallback',
  'smsStatusCallback',
  'messageStatusCallback',
] as const;
const METHODS = ['smsMethod', 'voiceMethod', 'statusCallbackMethod'] as const;

type Url = (typeof URLS)[number];
type Id =
  | 'webhooks-missing'
  | 'status-callbacks-missing'
  | 'webhooks-malformed'
  | 'webhooks-on-several-hosts'
  | 'webhooks-not-post'
  | 'webhooks-unlike-relay';

const REPAIR = 'relay-phone doctor --fix';

/** Whether its URLs are there, belong together, and are Relay's. */
export const webhooksCheck = createCheck<Id>({
  id: 'webhooks',
  group: 'TwiML app',
  looksAt: "the TwiML app: all URLs on one public host, with POST, both text status callbacks, Relay's paths",
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
  look: async ({ openAccount, target }) => {
    const app = await (await openAccount()).app();
    if (!app) return nothingToCheck('no TwiML app');
    const set = URLS.filter((name) => fieldOf(app, name) !== '');
    const origins = [...new Set(set.map((name) => originOfUrl(fieldOf(app, name))))];
    return toOutcome(`all on ${origins.join(', ')}`, [
      findMissing(set),
      findMissingCallbacks(set),
      findMalformed(origins, target === 'sandbox'),
      findSeveral(app, origins, set),
      findMethods(app),
      findUnlike(app, set),
    ]);
  },
});

/** Returns the origin of a URL; any other text comes back unchanged. */
export function originOfUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : formatWithoutPassword(url);
}

function findMissing(set: readonly Url[]): CheckFinding<Id> | undefined {
  const missing = (['smsUrl', 'voiceUrl', 'statusCallback'] as const).filter((name) => !set.includes(name));
  if (missing.length === 0) return undefined;
  return { id: 'webhooks-missing', what: `${missing.join(', ')} is not set`, tryNext: [REPAIR] };
}

function findMissingCallbacks(set: readonly Url[]): CheckFinding<Id> | undefined {
  const both = ['smsStatusCallback', 'messageStatusCallback'] as const;
  const missing = both.filter((name) => !set.includes(name));
  if (missing.length === 0) return undefined;
  return { id: 'status-callbacks-missing', what: `${missing.join(', ')} is not set`, tryNext: [REPAIR] };
}

function findMalformed(origins: readonly string[], allowLoopback: boolean): CheckFinding<Id> | undefined {
  const [fault] = origins.flatMap((origin) => {
    const clause = findOriginFault(origin, allowLoopback);
    return clause === undefined ? [] : [`${origin} ${clause}`];
  });
  if (fault === undefined) return undefined;
  const tryNext = ['relay-phone tunnel', 'relay-phone init --public-url https://…'];
  return { id: 'webhooks-malformed', what: fault, tryNext };
}

function findSeveral(
  app: ApplicationInstance,
  origins: readonly string[],
  set: readonly Url[],
): CheckFinding<Id> | undefined {
  if (origins.length < 2) return undefined;
  const where = set.map((name) => `${name} on ${originOfUrl(fieldOf(app, name))}`).join(', ');
  return {
    id: 'webhooks-on-several-hosts',
    what: `its URLs are on several hosts: ${where}`,
    tryNext: [REPAIR],
  };
}

function findMethods(app: ApplicationInstance): CheckFinding<Id> | undefined {
  const others = METHODS.filter((name) => fieldOf(app, name) !== 'POST');
  if (others.length === 0) return undefined;
  const what = others.map((name) => `${name} is ${fieldOf(app, name) || 'not set'}`).join(', ');
  return { id: 'webhooks-not-post', what, tryNext: [REPAIR] };
}

function findUnlike(app: ApplicationInstance, set: readonly Url[]): CheckFinding<Id> | undefined {
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
