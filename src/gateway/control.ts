// The control API of a running gateway: commands in other processes read its exchanges over loopback, with its token.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { RelayPhoneError } from '../errors.js';
import type { Exchange, ExchangeFilter, ExchangeSummary, NewExchange } from '../exchanges/exchange.js';
import { readBody } from '../http/body.js';
import { streamLines } from '../http/lines.js';
import { findIntrusion } from '../http/loopback-guard.js';
import { type HttpAnswer, NoAnswer, sendRequest } from '../http/send.js';
import { type FollowNotice, type FollowStart, streamExchanges } from './follow.js';
import type { Gateway } from './gateway.js';

/** Room for two bodies of 256 KB in base64, and their headers. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;

/**
 * Creates the listener. It answers 403 to a request of a web page or under a foreign name, and 401 to one without the token.
 */
export function createGatewayControlListener(gateway: Gateway, token: string): RequestListener {
  return async (incoming, outgoing) => {
    const intrusion = findIntrusion(incoming.headers, incoming.socket.localPort ?? 0);
    if (intrusion !== undefined) return void outgoing.writeHead(403).end(`${intrusion}\n`);
    if (!isEqual(incoming.headers.authorization ?? '', `Bearer ${token}`))
      return void outgoing.writeHead(401).end();
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://control');
    const id = /^\/exchanges\/(\d+)$/.exec(pathname)?.[1];
    try {
      if (id !== undefined) sendJson(outgoing, findOne(gateway, Number(id)));
      else if (pathname === '/follow') streamExchanges(gateway, outgoing, readSince(searchParams));
      else if (incoming.method === 'DELETE') sendJson(outgoing, await remove(gateway, searchParams));
      else if (incoming.method === 'POST') sendJson(outgoing, await add(gateway, incoming));
      else sendJson(outgoing, gateway.list(readFilter(searchParams)));
    } catch (error) {
      outgoing.writeHead(400).end(String(error));
    }
  };
}

function isEqual(given: string, wanted: string): boolean {
  const [one, other] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}

function sendJson(outgoing: ServerResponse, value: unknown): void {
  if (value === undefined) outgoing.writeHead(404).end();
  else outgoing.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

function findOne(gateway: Gateway, id: number): ExchangeJson | undefined {
  const exchange = gateway.find(id);
  return exchange && formatExchangeJson(exchange);
}

async function add(gateway: Gateway, incoming: IncomingMessage): Promise<ExchangeJson> {
  const wired = JSON.parse(await readBody(incoming, MAX_BODY_BYTES)) as ExchangeJson;
  return formatExchangeJson(gateway.add(readExchangeJson(wired)));
}

async function remove(gateway: Gateway, query: URLSearchParams): Promise<number> {
  const before = query.get('before');
  if (before === null || !/^\d{1,16}$/.test(before)) throw new Error('before is not a time in milliseconds');
  return gateway.remove(Number(before));
}

/** @throws Error if it is neither an id nor `now` */
function readSince(query: URLSearchParams): FollowStart | undefined {
  const since = query.get('since');
  if (since === null || since === 'now') return since ?? undefined;
  if (/^\d{1,15}$/.test(since)) return Number(since);
  throw new Error(`since is an id or now, not '${since}'`);
}

function readFilter(query: URLSearchParams): ExchangeFilter {
  return JSON.parse(query.get('filter') ?? '{}') as ExchangeFilter;
}

const TIMEOUT_MS = 10_000;

/** The client of the control API. */
export interface GatewayClient {
  list(filter: ExchangeFilter): Promise<readonly ExchangeSummary[]>;
  find(id: number): Promise<Exchange | undefined>;
  add(exchange: NewExchange): Promise<Exchange>;
  /** Removes the exchanges before a time in milliseconds since 1970. @returns how many */
  remove(before: number): Promise<number>;
  /**
   * Calls `onSummary` with each exchange from `since` on, once; resolves when the gateway ends, the connection is lost or
   * `signal` aborts.
   *
   * @returns where to go on
   */
  follow(since: FollowStart, listener: FollowListener, signal: AbortSignal): Promise<FollowStart>;
}

/** Is told what a gateway records. */
export interface FollowListener {
  readonly onSummary: (summary: ExchangeSummary) => void;
  /** @param missed how many exchanges are no longer kept; null if unknown, because the database is a new one */
  readonly onGap: (missed: number | null) => void;
}

/** Where a running gateway serves the control API, and the token that it requires. */
export interface GatewayAddress {
  readonly origin: string;
  readonly token: string;
}

/** Creates a client. Its calls throw RelayPhoneError `network` if the gateway has ended. */
export function createGatewayClient({ origin, token }: GatewayAddress): GatewayClient {
  const headers = { Authorization: `Bearer ${token}` };

  async function call(method: string, path: string, body?: string): Promise<HttpAnswer> {
    try {
      const url = new URL(path, origin);
      return await sendRequest({
        method,
        url,
        headers,
        timeoutMs: TIMEOUT_MS,
        ...(body !== undefined && { body }),
      });
    } catch (error) {
      throw error instanceof NoAnswer ? gatewayEnded(error) : error;
    }
  }

  return {
    list: async (filter) => {
      const query = new URLSearchParams({ filter: JSON.stringify(filter) });
      return JSON.parse((await call('GET', `/exchanges?${query}`)).body) as ExchangeSummary[];
    },
    find: async (id) => {
      const { status, body } = await call('GET', `/exchanges/${id}`);
      return status === 200 ? readExchangeJson(JSON.parse(body) as ExchangeJson) : undefined;
    },
    add: async (exchange) => {
      const { body } = await call('POST', '/exchanges', JSON.stringify(formatExchangeJson(exchange)));
      return readExchangeJson(JSON.parse(body) as ExchangeJson);
    },
    remove: async (before) => {
      const { status, body } = await call('DELETE', `/exchanges?before=${before}`);
      if (status === 200) return Number(body);
      throw new RelayPhoneError({
        kind: 'refused',
        task: 'remove recorded requests',
        reason: `the running tunnel could not: ${body}`,
        tryNext: ['end the tunnel, then run it again'],
      });
    },
    follow: async (since, { onSummary, onGap }, signal) => {
      let last = since;
      const url = new URL(`/follow?since=${since}`, origin);
      await streamLines({ url, headers, signal }, (text) => {
        const line = JSON.parse(text) as ExchangeSummary | FollowNotice;
        if ('start' in line) last = line.start.after;
        else if ('gap' in line) {
          const { after, missed } = line.gap;
          last = after + (missed ?? -after);
          onGap(missed);
        } else {
          last = line.id;
          onSummary(line);
        }
        // The gateway ended, or the connection was lost, or `signal` aborted.
      }).catch(() => undefined);
      return last;
    },
  };
}

function gatewayEnded(cause: Error): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'network',
    task: 'ask the running tunnel',
    reason: 'it has just ended',
    tryNext: ['try again'],
    cause,
  });
}

/** An exchange as JSON, with its bodies in base64. */
interface ExchangeJson extends Omit<Exchange, 'requestBody' | 'answerBody'> {
  readonly requestBody: string;
  readonly answerBody: string;
}

function formatExchangeJson(exchange: Exchange): ExchangeJson {
  const [requestBody, answerBody] = [exchange.requestBody, exchange.answerBody].map((body) =>
    body.toString('base64'),
  );
  return { ...exchange, requestBody: requestBody ?? '', answerBody: answerBody ?? '' };
}

function readExchangeJson(wired: ExchangeJson): NewExchange {
  return {
    ...wired,
    requestBody: Buffer.from(wired.requestBody, 'base64'),
    answerBody: Buffer.from(wired.answerBody, 'base64'),
  };
}
