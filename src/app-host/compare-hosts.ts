// Compares what the app answers for its public host and for its own: a difference means that it refuses the public one.
import type { Agent } from 'node:http';
import { shorten } from '../control-characters.js';
import { appAgentFor } from '../http/client.js';
import { type HttpAnswer, NoAnswer, sendRequest } from '../http/send.js';
import {
  type AppFault,
  type AskedHost,
  describeUnknownRefusal,
  quote,
  recognizeAppFault,
} from './recognize.js';

/** How the app is asked. */
export interface HostComparison extends Pick<AskedHost, 'hostsKey'> {
  /** The origin of the app. */
  readonly app: string;
  readonly publicBase: string;
  /** Milliseconds for one answer; there are at most eight. */
  readonly timeoutMs: number;
  /** Default: straight to the app. */
  readonly agent?: Agent | undefined;
  /** Ends the comparison without a result. */
  readonly signal?: AbortSignal | undefined;
}

/** A page that no app has. */
export const NO_SUCH_PAGE = '/relay-phone/no-such-page';

/** The second one, because the first may be a static file that is served before the host is checked. */
const PAGES = ['/', NO_SUCH_PAGE] as const;

const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_LOCATION_LENGTH = 200;

/**
 * Requests pages of the app under its public host, as webhooks arrive, and under its own. Only GET: it has no effect.
 *
 * @returns the fault; undefined if the app accepts the public host
 * @throws NoAnswer if the app does not answer for its own host either, so that nothing is known
 */
export async function findAppFault(comparison: HostComparison): Promise<AppFault | undefined> {
  const asked = { ...comparison, host: new URL(comparison.publicBase).host };
  const ownHost = new URL(comparison.app).host;
  for (const page of PAGES) {
    const isOwn = asked.host === ownHost;
    const answer = await (isOwn ? request : findAnswer)(comparison, page, asked.host);
    const fault = answer && recognizeAppFault(readAnswer(answer), asked, 'page');
    if (fault) return fault;
    if (isOwn) continue;
    const ownAnswer = await request(comparison, page, ownHost);
    if (!isRefused(answer, ownAnswer, asked.host)) continue;
    // Asked again, in the other order: an app that is just starting changes its answers.
    const ownAgain = await request(comparison, page, ownHost);
    const again = await findAnswer(comparison, page, asked.host);
    if (!isRefused(again, ownAgain, asked.host)) continue;
    return (
      (again && recognizeAppFault(readAnswer(again), asked, 'difference')) ??
      describeUnknownRefusal(
        asked,
        again?.status,
        `${describeAnswer(again)} to GET ${page} for it, and ${ownAgain.status} for ${ownHost}`,
      )
    );
  }
  return undefined;
}

/** The same as {@link request}; undefined without an answer. */
async function findAnswer(
  comparison: HostComparison,
  page: string,
  host: string,
): Promise<HttpAnswer | undefined> {
  try {
    return await request(comparison, page, host);
  } catch (error) {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  }
}

/** Requests a page as the gateway forwards requests. @throws NoAnswer */
function request(
  { app, publicBase, timeoutMs, agent, signal }: HostComparison,
  page: string,
  host: string,
): Promise<HttpAnswer> {
  const headers = {
    Host: host,
    Accept: '*/*',
    'Accept-Encoding': 'identity',
    'X-Forwarded-Host': host,
    'X-Forwarded-Proto': new URL(publicBase).protocol.slice(0, -1),
  };
  const url = new URL(page, app);
  return sendRequest({
    method: 'GET',
    url,
    headers,
    timeoutMs,
    agent: agent ?? appAgentFor(url),
    signal,
    maxBodyBytes: MAX_ANSWER_BYTES,
  });
}

function readAnswer({ status, headers, body }: HttpAnswer) {
  return { status, server: [headers.server].flat()[0], body };
}

/** True if the app treats the public host worse than its own. */
function isRefused(answer: HttpAnswer | undefined, ownAnswer: HttpAnswer, host: string): boolean {
  if (!answer) return true;
  if (rank(answer) !== rank(ownAnswer)) return rank(answer) > rank(ownAnswer);
  if (isRedirect(answer) && !isRedirect(ownAnswer)) return leadsElsewhere(answer, host);
  // Some servers have an empty page for hosts that they do not know.
  return answer.status === ownAnswer.status && answer.body === '' && ownAnswer.body !== '';
}

/** 0 for a page, 1 for an answer that an app without this page gives too, 2 for any other error. */
function rank({ status }: HttpAnswer): number {
  if (status < 400) return 0;
  return [401, 404, 405].includes(status) ? 1 : 2;
}

function isRedirect({ status }: HttpAnswer): boolean {
  return status >= 300 && status < 400;
}

function leadsElsewhere({ headers: { location } }: HttpAnswer, host: string): boolean {
  const base = `http://${host}/`;
  return location !== undefined && URL.canParse(location, base) && new URL(location, base).host !== host;
}

function describeAnswer(answer: HttpAnswer | undefined): string {
  if (!answer) return 'it gives no answer';
  const { location } = answer.headers;
  const where =
    isRedirect(answer) && location !== undefined ? ` (to ${shorten(location, MAX_LOCATION_LENGTH)})` : '';
  const empty = answer.body === '' && answer.status < 300 ? ' and an empty page' : '';
  return `it answers ${answer.status}${where}${empty}${quoteRefusal(answer)}`;
}

/** Only an error page is quoted. */
function quoteRefusal({ status, body }: HttpAnswer): string {
  return status < 400 ? '' : quote(body);
}
