// The allowlist: which requests from outside are forwarded. Most are refused.
import { splitTarget } from '../webhook-parameters.js';

/** A webhook path that Twilio was given. */
export interface AllowedWebhook {
  /** The path without a query, such as `/api/v1/inbound_sms`. */
  readonly path: string;
  /** What the path is for, such as `inbound_sms`. */
  readonly kind: string;
}

/** Where a request goes: to the gateway's own proof, to the app, or nowhere. */
export type AllowlistMatch =
  | { readonly route: 'proof' }
  | { readonly route: 'webhook' | 'vcard' | 'app'; readonly kind: string }
  | { readonly route: 'refused'; readonly why: string };

/** Decides which requests from outside are forwarded. */
export interface Allowlist {
  find(method: string, target: string): AllowlistMatch;
}

/** The prefix of the gateway's own paths. */
export const OWN_PATHS = '/.well-known/relay-phone/';
/** The kind of a request for a vCard. */
export const CARD_KIND = 'card';
/** Relay's vCards, which Twilio fetches without signing: https://www.twilio.com/docs/messaging/guides/accepted-mime-types. */
const VCARD_PATH = /^\/api\/v1\/vCard\/[A-Za-z0-9]{6}\/?$/;
const UNKNOWN_PATH = { route: 'refused', why: 'Twilio was not given its path' } as const;
const WRONG_METHOD = { route: 'refused', why: 'Twilio does not use its method' } as const;
const NOT_A_PATH = { route: 'refused', why: 'its target is not a path' } as const;
const VCARD_MATCH = { route: 'vcard', kind: CARD_KIND } as const;
const APP_MATCH = { route: 'app', kind: 'path' } as const;

/**
 * Creates an allowlist.
 *
 * @param list returns the current webhook paths; a new array when they change
 * @param exposesAll true to forward all other requests to the app too
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

/** Indexes paths with and without a trailing slash: the signature check explains which of the two was signed. */
function indexPaths(webhooks: readonly AllowedWebhook[]): Map<string, AllowlistMatch> {
  const matches = new Map<string, AllowlistMatch>();
  for (const { path, kind } of webhooks) {
    const bare = path.endsWith('/') ? path.slice(0, -1) : path;
    for (const one of [bare, `${bare}/`]) if (one !== '') matches.set(one, { route: 'webhook', kind });
  }
  return matches;
}
