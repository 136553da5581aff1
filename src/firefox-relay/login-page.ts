// Serves the page of one login on this machine: a button that hands a browser the cookies of a new session, once.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import { hideSecret } from '../debug.js';
import { findSystemCode } from '../errors.js';
import { type Listening, listen } from '../http/listen.js';
import { formatAuthority, readHost } from '../origin.js';
import type { SessionCookie } from './script.js';

/** What the page is for, and its ports. */
export interface LoginPageOptions {
  /** SITE_ORIGIN, an address of this machine. Cookies ignore ports: those that our port sets reach Relay's. */
  readonly site: URL;
  /** Where the browser goes once it is signed in: a path of the site. */
  readonly landing: string;
  /** The user, as the page shows them. */
  readonly email: string;
  /** The cookies of the session. */
  readonly cookies: readonly SessionCookie[];
  /** Is called before they are handed over. Throws if they must not be any more. */
  readonly verify: () => void;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/** A page that waits for one browser. */
export interface LoginPage {
  /** With the secret. Whoever opens it within the time can sign in. */
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Resolves when a browser was signed in, or the time is over. Rejects with the error of `verify`. */
  readonly outcome: Promise<'signed-in' | 'expired'>;
  /** Ends the page once the answers under way are sent. */
  close(): Promise<void>;
}

/** Milliseconds for which an address is good. */
export const LOGIN_TTL_MS = 60_000;

const SECRET_BYTES = 32;
const POLL_INTERVAL_MS = 200;
const REQUEST_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 64;

/**
 * Opens the page at a free port of the site's own host. Every request must name exactly that host and port, and the one
 * that signs in must come from the page itself.
 *
 * @throws the system's error if no port can be opened there
 */
export async function openLoginPage(options: LoginPageOptions): Promise<LoginPage> {
  const { site, now, sleep } = options;
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  hideSecret(secret);
  const expiresAt = now() + LOGIN_TTL_MS;
  const relay = new URL(options.landing, site).href;
  let isUsed = false;
  let end: (outcome: LoginOutcome) => void;
  const ended = new Promise<LoginOutcome>((resolve) => {
    end = resolve;
  });
  const servers = await listenAtHost(site, (incoming, outgoing) => {
    const authority = formatAuthority(readHost(site), incoming.socket.localPort ?? 0);
    const answer = (page: Page) => send(outgoing, page, site);
    if (incoming.headers.host !== authority) return answer(FOREIGN_HOST);
    if (!isSame(incoming.url ?? '', `/login/${secret}`)) return answer(NOTHING_HERE);
    if (isUsed || now() >= expiresAt) return answer(createOver(relay));
    if (incoming.method === 'GET') return answer(createPage(options));
    if (incoming.method !== 'POST') return answer(WRONG_METHOD);
    if (incoming.headers.origin !== `http://${authority}`) return answer(FOREIGN_ORIGIN);
    isUsed = true;
    const fault = findFault(options.verify);
    finished(outgoing, () => end(fault ?? 'signed-in'));
    if (fault) return answer(FAILED);
    outgoing.setHeader('Set-Cookie', options.cookies.map(formatCookie));
    outgoing.setHeader('Location', relay);
    answer(SIGNED_IN);
  });
  const expiry = async (): Promise<LoginOutcome> => {
    while (!isUsed && now() < expiresAt) await sleep(POLL_INTERVAL_MS);
    return isUsed ? ended : 'expired';
  };
  const outcome = Promise.race([ended, expiry()]).then(throwFault);
  // Nobody may wait for it yet.
  outcome.catch(() => undefined);
  return {
    address: `http://${formatAuthority(readHost(site), servers[0].port)}/login/${secret}`,
    expiresAt,
    outcome,
    close: async () => void (await Promise.all(servers.map((server) => server.drain()))),
  };
}

type LoginOutcome = 'signed-in' | 'expired' | { readonly error: unknown };

function findFault(verify: () => void): { readonly error: unknown } | undefined {
  try {
    verify();
    return undefined;
  } catch (error) {
    return { error };
  }
}

function throwFault(outcome: LoginOutcome): 'signed-in' | 'expired' {
  if (typeof outcome === 'object') throw outcome.error;
  return outcome;
}

type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/**
 * Listens at every address that a browser may take for the host, at one port: at another address of localhost a program of
 * somebody else could get the secret.
 */
async function listenAtHost(
  site: URL,
  handler: Handler,
): Promise<readonly [Listening, ...(readonly Listening[])]> {
  const host = readHost(site);
  const limits = { requestTimeoutMs: REQUEST_TIMEOUT_MS, maxConnections: MAX_CONNECTIONS };
  if (!/(^|\.)localhost\.?$/.test(host)) return [await listen(handler, { ...limits, host, port: 0 })];
  for (;;) {
    const first = await listen(handler, { ...limits, host: '127.0.0.1', port: 0 });
    try {
      return [first, await listen(handler, { ...limits, host: '::1', port: first.port })];
    } catch (error) {
      if (findSystemCode(error) !== 'EADDRINUSE') return [first]; // This machine has no IPv6.
      await first.close();
    }
  }
}

function isSame(given: string, wanted: string): boolean {
  const [one, other] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}

/** The cookie goes along with a link to Relay, but not with a request of another site. */
function formatCookie({ name, value, path, maxAge, httpOnly }: SessionCookie): string {
  return [
    `${name}=${value}`,
    `Path=${path}`,
    ...(maxAge === null ? [] : [`Max-Age=${maxAge}`]),
    ...(httpOnly ? ['HttpOnly'] : []),
    'SameSite=Lax',
  ].join('; ');
}

interface Page {
  readonly status: number;
  readonly title: string;
  readonly body: string;
}

const FOREIGN_HOST = page(403, 'Refused', 'This address belongs to another host.');
const FOREIGN_ORIGIN = page(403, 'Refused', 'Only the button of this page signs in.');
const NOTHING_HERE = page(404, 'Nothing here', 'The address is incomplete.');
const WRONG_METHOD = page(405, 'Refused', 'Open the address in a browser.');
const FAILED = page(500, 'Not signed in', 'The terminal with relay-phone says why.');
const SIGNED_IN = page(303, 'Signed in', 'Relay comes next.');

function page(status: number, title: string, text: string): Page {
  return { status, title, body: `<p>${text}</p>` };
}

function createPage({ email, site }: LoginPageOptions): Page {
  const body = `<p>Sign this browser in to Firefox Relay at <b>${escapeHtml(site.origin)}</b> as <b>${escapeHtml(email)}</b>.</p>
<form method="post"><button autofocus>Sign in</button></form>`;
  return { status: 200, title: 'Sign in', body };
}

/** After a double click the browser is signed in, and shows this page. */
function createOver(relay: string): Page {
  const text = `This address was used, or is older than 60 seconds. Go on to <a href="${escapeHtml(relay)}">Relay</a>, or run <code>relay-phone checkout login</code> again.`;
  return page(410, 'Expired', text);
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

const STYLE =
  'body{font:1.1rem system-ui;margin:4rem auto;max-width:36rem}button{font:inherit;padding:.5em 1em}';
const STYLE_DIGEST = createHash('sha256').update(STYLE).digest('base64');

function send(outgoing: ServerResponse, { status, title, body }: Page, site: URL): void {
  outgoing.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    // A browser applies form-action to the redirect after the form, too.
    'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${STYLE_DIGEST}'; form-action 'self' ${site.origin}; base-uri 'none'; frame-ancestors 'none'`,
    'X-Frame-Options': 'DENY',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    // With no-referrer a browser would not name its origin in the POST.
    'Referrer-Policy': 'same-origin',
    Connection: 'close',
  });
  outgoing.end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style><h1>${title}</h1>\n${body}\n`,
  );
}
