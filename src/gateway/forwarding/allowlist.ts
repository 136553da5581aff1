// The allowlist: which requests from outside may reach the app, most of them only with a valid signature.
import { CARD_KIND, MEDIA_KIND } from '../../exchanges/exchange.js';
import { splitTarget } from '../../exchanges/parameters.js';

/** A webhook path that the TwiML app or a number of the account names. */
export interface AllowedWebhook {
  /** The path without a query, such as `/api/v1/inbound_sms`. */
  readonly path: string;
  /** What the path is for, such as `inbound_sms`. */
  readonly kind: string;
}

/**
 * Where a request goes: to the gateway's own proof, to the app, or nowhere. `webhook` and `signed` must have a valid
 * signature: `webhook` on a path that is known, `signed` on any other. Twilio fetches a `file` without signing.
 */
export type AllowlistMatch =
  | { readonly route: 'proof' }
  | { readonly route: 'webhook' | 'signed' | 'file' | 'app'; readonly kind: string }
  | { readonly route: 'refused'; readonly why: string };

/** Decides which requests from outside are forwarded. */
export interface Allowlist {
  /** @param isSigned true if the request has a signature, which need not be valid */
  find(method: string, target: string, isSigned: boolean): AllowlistMatch;
}

/** The prefix of the gateway's own paths. */
export const OWN_PATHS = '/.well-known/relay-phone/';
/** Relay's vCards, which Twilio fetches without signing: https://www.twilio.com/docs/messaging/guides/accepted-mime-types. */
const VCARD_PATH = /^\/api\/v1\/vCard\/[A-Za-z0-9]{6}\/?$/;
/** The reason of a refusal because there is no signature. */
export const UNSIGNED = 'it has no X-Twilio-Signature; a valid one lets in any path';
const UNSIGNED_REFUSED = { route: 'refused', why: UNSIGNED } as const;
const WRONG_METHOD = { route: 'refused', why: 'Twilio does not use its method' } as const;
const NOT_A_PATH = { route: 'refused', why: 'its target is not a path' } as const;
const VCARD_MATCH = { route: 'file', kind: CARD_KIND } as const;
const MEDIA_MATCH = { route: 'file', kind: MEDIA_KIND } as const;
const SIGNED_MATCH = { route: 'signed', kind: 'path' } as const;
const APP_MATCH = { route: 'app', kind: 'path' } as const;

/**
 * Creates an allowlist.
 *
 * @param list returns the current webhook paths; a new array when they change
 * @param isMedia true for the target of a file that TwiML has named
 * @param exposesAll true to forward all other requests to the app too
 */
export function createAllowlist(
  list: () => readonly AllowedWebhook[],
  isMedia: (target: string) => boolean,
  exposesAll: boolean,
): Allowlist {
  let [known, byPath] = [
    undefined as readonly AllowedWebhook[] | undefined,
    new Map<string, AllowlistMatch>(),
  ];

  function findWebhook(target: string): AllowlistMatch | undefined {
    const webhooks = list();
    if (webhooks !== known) [known, byPath] = [webhooks, indexPaths(webhooks)];
    return byPath.get(splitTarget(target).pathname);
  }

  function findFile(target: string): AllowlistMatch | undefined {
    if (VCARD_PATH.test(target)) return VCARD_MATCH;
    return isMedia(target) ? MEDIA_MATCH : undefined;
  }

  return {
    find: (method, target, isSigned) => {
      if (!target.startsWith('/')) return NOT_A_PATH;
      if (target.startsWith(OWN_PATHS)) return { route: 'proof' };
      const isOfTwilio = method === 'POST' || method === 'GET';
      const webhook = isOfTwilio ? findWebhook(target) : undefined;
      if (webhook) return webhook;
      const file = exposesAll ? undefined : findFile(target);
      const isFetched = method === 'GET' || method === 'HEAD';
      // A path that is a file may be a webhook as well, to which the signature matters.
      if (file && isFetched && !(isSigned && file === MEDIA_MATCH)) return file;
      if (isOfTwilio && isSigned && file !== VCARD_MATCH) return SIGNED_MATCH;
      if (exposesAll) return APP_MATCH;
      return isOfTwilio && !file ? UNSIGNED_REFUSED : WRONG_METHOD;
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
