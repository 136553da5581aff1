// Which requests from outside lead where: most of them lead nowhere.
import { splitTarget } from '../webhook-parameters.js';

/** A path that Twilio was told of. */
export interface AllowedWebhook {
  /** Without a query, such as `/api/v1/inbound_sms`. */
  readonly path: string;
  /** What it is for, such as `inbound_sms`. */
  readonly kind: string;
}

/** Where a request leads. */
type AllowlistMatch =
  | { readonly route: 'proof' }
  | { readonly route: 'webhook' | 'vcard' | 'app'; readonly kind: string }
  | { readonly route: 'refused'; readonly why: string };

/** What may be asked from outside. */
export interface Allowlist {
  find(method: string, target: string): AllowlistMatch;
}

/** Where our own paths begin. */
export const OWN_PATHS = '/.well-known/relay-phone/';
/** Relay's vCards, which Twilio fetches without signing: https://www.twilio.com/docs/messaging/guides/accepted-mime-types. */
const VCARD_PATH = /^\/api\/v1\/vCard\/[^/?]{6}\/?$/;
const UNKNOWN_PATH = { route: 'refused', why: 'its path is none that Twilio was told of' } as const;
const WRONG_METHOD = { route: 'refused', why: 'Twilio does not ask with its method' } as const;
const NOT_A_PATH = { route: 'refused', why: 'its target is no path' } as const;
const VCARD_MATCH = { route: 'vcard', kind: 'card' } as const;
const APP_MATCH = { route: 'app', kind: 'path' } as const;

/**
 * @param list the paths that count now
 * @param exposesAll whether all the rest leads to the app as well
 */
export function createAllowlist(list: () => readonly AllowedWebhook[], exposesAll: boolean): Allowlist {
  let [known, byPath] = [
    undefined as readonly AllowedWebhook[] | undefined,
    new Map<string, AllowlistMatch>(),
  ];

  function findWebhook(target: string): AllowlistMatch | undefined {
    const webhooks = list();
    if (webhooks !== known) [known, byPath] = [webhooks, indexPaths(webhooks)];
    return byPath.get(splitTarget(target).pathname);
  }

  return {
    find: (method, target) => {
      if (!target.startsWith('/')) return NOT_A_PATH;
      if (target.startsWith(OWN_PATHS)) return { route: 'proof' };
      const webhook = findWebhook(target);
      if (webhook && (method === 'POST' || method === 'GET')) return webhook;
      if (exposesAll) return APP_MATCH;
      if (VCARD_PATH.test(target)) return method === 'GET' || method === 'HEAD' ? VCARD_MATCH : WRONG_METHOD;
      return webhook ? WRONG_METHOD : UNKNOWN_PATH;
    },
  };
}

/** With and without a slash at the end: the signature says which was meant, and why the other one came. */
function indexPaths(webhooks: readonly AllowedWebhook[]): Map<string, AllowlistMatch> {
  const matches = new Map<string, AllowlistMatch>();
  for (const { path, kind } of webhooks) {
    const bare = path.endsWith('/') ? path.slice(0, -1) : path;
    for (const one of [bare, `${bare}/`]) if (one !== '') matches.set(one, { route: 'webhook', kind });
  }
  return matches;
}
