// The URLs that Twilio may have signed to open a WebSocket, for a Media Stream or ConversationRelay.

import { readParameters, splitTarget } from '../../exchanges/parameters.js';
import type { Reason } from '../../exchanges/verdict.js';
import type { SignedParameters } from '../../twilio/signature.js';
import type { SigningKeys } from './signed-request.js';

/** A URL with the parameters that are signed with it, and how it differs from the `wss` URL as it stands. */
export interface SocketUrl {
  readonly url: string;
  readonly parameters: SignedParameters;
  readonly reasons: readonly Reason[];
}

/** Returns the keys with the public base and the app's origin as WebSocket origins: `wss` for `https`, `ws` for `http`. */
export function toSocketKeys(signing: SigningKeys): SigningKeys {
  const [publicBase = '', app = ''] = [signing.publicBase, signing.app].map((one) =>
    one.replace(/^http/, 'ws'),
  );
  return { ...signing, publicBase, app };
}

/**
 * Lists them, the `wss` URL as it stands first. Twilio's documentation does not say which it is. Seen were this one, one
 * with a slash at the end of the path, and one whose query is signed as parameters. Each of them names the same socket. In
 * the sandbox, where the public base is http, `wss` stands for `ws` too: TwiML allows no other scheme.
 */
export function listSocketUrls(target: string, signing: SigningKeys): SocketUrl[] {
  const { publicBase: origin } = toSocketKeys(signing);
  const urls = listUrls(origin, target);
  if (!origin.startsWith('ws:')) return urls;
  const secure = listUrls(origin.replace('ws:', 'wss:'), target);
  return [
    ...urls,
    ...secure.map((one): SocketUrl => ({ ...one, reasons: ['wrong scheme', ...one.reasons] })),
  ];
}

function listUrls(origin: string, target: string): SocketUrl[] {
  const { pathname, query } = splitTarget(target);
  const toggled = pathname.endsWith('/') ? pathname.slice(0, -1) : `${pathname}/`;
  const urls: SocketUrl[] = [
    { url: origin + target, parameters: {}, reasons: [] },
    { url: origin + toggled + query, parameters: {}, reasons: ['trailing slash'] },
  ];
  if (query === '') return urls;
  const parameters = readParameters(query.slice(1));
  return [
    ...urls,
    { url: origin + pathname, parameters, reasons: ['query as parameters'] },
    { url: origin + toggled, parameters, reasons: ['trailing slash', 'query as parameters'] },
  ];
}
