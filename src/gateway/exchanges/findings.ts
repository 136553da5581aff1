// Finds the faults in an app's answer to a webhook, as the exchange shows them: redirects, loops, refused hosts, CSRF tokens.
import { CSRF_ADVICE, isCsrfRefusal } from '../../app-host/csrf.js';
import { type AppFault, recognizeAppFault } from '../../app-host/recognize.js';
import { shorten } from '../../control-characters.js';
import type { Exchange, ExchangeFinding } from '../../exchanges/exchange.js';
import { CARD_KIND } from '../../exchanges/exchange.js';
import { findHeader, readHeaderPairs } from '../../exchanges/headers.js';
import { decodeBody, listCodings } from '../../http/content-coding.js';
import { findOriginFault } from '../../origin.js';

const NONE: readonly ExchangeFinding[] = [];
/** What a gateway answers to a request that it has forwarded itself: https://www.rfc-editor.org/rfc/rfc5842#section-7.2. */
export const LOOP_STATUS = 508;
/** How much of a compressed answer is decoded to recognise it. */
const MAX_READ_BYTES = 64 * 1024;
const MAX_LOCATION_LENGTH = 200;
/** Up to version 4, webpack-dev-server refuses a host with these bytes and status 200. */
const SHORT_REFUSAL_BYTES = 'Invalid Host header'.length;

/** True if the answer has to be looked at; nearly all have not. */
export function maySignalFault({ summary: { status, error }, answerBody }: Exchange): boolean {
  if (error !== null || status === null) return false;
  return status >= 300 || answerBody.length === SHORT_REFUSAL_BYTES;
}

/**
 * Returns what the answer shows to be wrong. A compressed one shows it only once it is decoded.
 *
 * @param body the decoded body, or its beginning
 * @param hostsKey the key in `.env` with the hosts that Firefox Relay allows
 */
export function findAnswerFindings(
  { summary, answerHead }: Exchange,
  body: Buffer,
  hostsKey: string | undefined,
): readonly ExchangeFinding[] {
  const { status, kind, app, publicBase } = summary;
  if (status === null) return NONE;
  const headers = readHeaderPairs(answerHead);
  // Twilio fetches a vCard with GET, and loses nothing by a redirect.
  if (status >= 300 && status < 400)
    return kind === CARD_KIND ? NONE : [describeRedirect(summary, headers, status)];
  if (status === LOOP_STATUS) return [describeLoop(app)];
  const answer = { status, server: findHeader(headers, 'server'), body: body.toString() };
  const fault = recognizeAppFault(answer, { app, host: new URL(publicBase).host, hostsKey }, 'any');
  if (fault) return [toFinding(fault)];
  return isCsrfRefusal(answer) ? [describeCsrf(status)] : NONE;
}

/** True if the answer is compressed. */
export function isCompressed({ answerHead }: Exchange): boolean {
  return listCodings(findCodings(answerHead)).length > 0;
}

/** Returns the beginning of the decoded body. */
export async function decodeBeginning({ answerHead, answerBody, isAnswerCut }: Exchange): Promise<Buffer> {
  const limits = { isCut: isAnswerCut, maxBytes: MAX_READ_BYTES };
  return (await decodeBody(answerBody, findCodings(answerHead), limits)).body;
}

function findCodings(answerHead: string): string | undefined {
  return findHeader(readHeaderPairs(answerHead), 'content-encoding');
}

/** Returns the finding for a fault of the app. */
export function toFinding({ id, what, tryNext }: AppFault): ExchangeFinding {
  return { id, what, tryNext };
}

const BECOMES_GET = 'Twilio asks there with GET, without the parameters of the webhook';

/** https://www.twilio.com/docs/api/errors/11216 lists the redirects that Twilio follows. */
const FOLLOWED: ReadonlyMap<number, string> = new Map([
  [301, BECOMES_GET],
  [302, BECOMES_GET],
  [303, BECOMES_GET],
  [307, 'Twilio sends the webhook again to that URL, and signs it for that URL'],
  [308, 'Twilio documents that it follows 301, 302, 303 and 307, not 308 (11216)'],
]);

function describeRedirect(
  { target, publicBase }: Exchange['summary'],
  headers: readonly string[],
  status: number,
): ExchangeFinding {
  const asked = publicBase + target;
  const location = findHeader(headers, 'location');
  const next = location !== undefined && URL.canParse(location, asked) ? new URL(location, asked) : undefined;
  const where = location === undefined ? 'nowhere' : `to ${shorten(location, MAX_LOCATION_LENGTH)}`;
  const effect = next && FOLLOWED.get(status);
  return {
    id: 'redirect',
    what: `the app redirects (${status}) ${where}: ${effect ?? 'Twilio does not follow that (11216)'}`,
    tryNext: next
      ? adviseRedirect(new URL(asked), next, publicBase)
      : ['answer the webhook itself, with TwiML or 204'],
  };
}

function adviseRedirect(asked: URL, next: URL, publicBase: string): string[] {
  const isSame = next.host === asked.host && next.pathname + next.search === asked.pathname + asked.search;
  if (isSame)
    return [
      'make the app trust X-Forwarded-Proto (Django: SECURE_PROXY_SSL_HEADER; Express: trust proxy): it redirects to the same URL',
    ];
  const fault = next.origin === publicBase ? undefined : findOriginFault(next.origin, false);
  if (fault !== undefined)
    return [
      `make the app redirect within ${publicBase}, or not at all: ${shorten(next.origin, MAX_LOCATION_LENGTH)} ${fault}`,
    ];
  const isSlash =
    next.origin === asked.origin && next.pathname.replace(/\/$/, '') === asked.pathname.replace(/\/$/, '');
  return [
    `give Twilio the URL that the app redirects to, ${shorten(next.href, MAX_LOCATION_LENGTH)}`,
    isSlash
      ? 'or let the app answer with and without the slash (Django: APPEND_SLASH; Rails, Flask: the route)'
      : 'or let the app answer webhooks without a redirect: no sign-in, no choice of language',
  ];
}

function describeCsrf(status: number): ExchangeFinding {
  return {
    id: 'csrf',
    what: `the app refuses requests without a CSRF token (${status}), and Twilio sends none`,
    tryNext: CSRF_ADVICE,
  };
}

function describeLoop(app: string): ExchangeFinding {
  return {
    id: 'loop',
    what: `the request came back: ${app} leads to a gateway that had forwarded it`,
    tryNext: ['relay-phone tunnel --to, with the port on which the app itself listens'],
  };
}
