// Which requests from outside lead where: most of them lead nowhere.
import { splitTarget } from '../signature/candidates.js';

/** A path that Twilio was told of. */
export interface AllowedWebhook {
  /** Without a query, such as `/api/v1/inbound_sms`. */
  readonly path: string;
  /** What it is for, such as `inbound_sms`. */
  readonly kind: string;
}

/** Where a request leads. */
export type AllowedPath =
  | { readonly leadsTo: 'us' }
  | { readonly leadsTo: 'webhook' | 'card' | 'app'; readonly kind: string }
  | { readonly leadsTo: 'nowhere'; readonly why: string };

/** What may be asked from outside. */
export interface Allowlist {
  find(method: string, target: string): AllowedPath;
}

/** Where our own paths begin. */
export const OWN = '/.well-known/relay-phone/';
/** Relay's vCards, which Twilio fetches without signing: https://www.twilio.com/docs/messaging/guides/accepted-mime-types. */
const CARD = /^\/api\/v1\/vCard\/[^/?]{6}\/?$/;
const NOWHERE = { leadsTo: 'nowhere', why: 'its path is none that Twilio was told of' } as const;
const NO_METHOD = { leadsTo: 'nowhere', why: 'Twilio does not ask with its method' } as const;
const NO_PATH = { leadsTo: 'nowhere', why: 'its target is no path' } as const;
const CARD_DOOR = { leadsTo: 'card', kind: 'card' } as const;
const APP_DOOR = { leadsTo: 'app', kind: 'path' } as const;

/**
 * @param list the paths that count now
 * @param exposesAll whether all the rest leads to the app as well
 */
export function createAllowlist(list: () => readonly AllowedWebhook[], exposesAll: boolean): Allowlist {
  let [known, byPath] = [undefined as readonly AllowedWebhook[] | undefined, new Map<string, AllowedPath>()];

  function findWebhook(target: string): AllowedPath | undefined {
    const webhooks = list();
    if (webhooks !== known) [known, byPath] = [webhooks, indexPaths(webhooks)];
    return byPath.get(splitTarget(target).pathname);
  }

  return {
    find: (method, target) => {
      if (!target.startsWith('/')) return NO_PATH;
      if (target.startsWith(OWN)) return { leadsTo: 'us' };
      const webhook = findWebhook(target);
      if (webhook && (method === 'POST' || method === 'GET')) return webhook;
      if (exposesAll) return APP_DOOR;
      if (CARD.test(target)) return method === 'GET' || method === 'HEAD' ? CARD_DOOR : NO_METHOD;
      return webhook ? NO_METHOD : NOWHERE;
    },
  };
}

/** With and without a slash at the end: the signature says which was meant, and why the other one came. */
function indexPaths(webhooks: readonly AllowedWebhook[]): Map<string, AllowedPath> {
  const doors = new Map<string, AllowedPath>();
  for (const { path, kind } of webhooks) {
    const bare = path.endsWith('/') ? path.slice(0, -1) : path;
    for (const one of [bare, `${bare}/`]) if (one !== '') doors.set(one, { leadsTo: 'webhook', kind });
  }
  return doors;
}
