// The control API of a running gateway: commands in other processes read its exchanges over loopback, with its token.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { RelayPhoneError } from '../errors.js';
import { readBody } from '../http/body.js';
import { streamLines } from '../http/lines.js';
import { type HttpAnswer, NoAnswer, sendRequest } from '../http/send.js';
import type { Exchange, ExchangeFilter, ExchangeSummary, NewExchange } from './exchanges/exchange.js';
import type { Gateway } from './gateway.js';

/** Room for two bodies of 256 KB in base64, and their headers. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;

/** Creates the listener. It answers 401 to a request without the token. */
export function createGatewayControlListener(gateway: Gateway, token: string): RequestListener {
  return async (incoming, outgoing) => {
    if (!isEqual(incoming.headers.authorization ?? '', `Bearer ${token}`))
      return void outgoing.writeHead(401).end();
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://control');
    const id = /^\/exchanges\/(\d+)$/.exec(pathname)?.[1];
    try {
      if (id !== undefined) sendJson(outgoing, findOne(gateway, Number(id)));
      else if (pathname === '/follow') follow(gateway, outgoing);
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

/** Streams a line of JSON for each exchange, until one side closes. */
function follow(gateway: Gateway, outgoing: ServerResponse): void {
  outgoing.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  outgoing.flushHeaders();
  const stop = gateway.watch((summary) => {
    // A flood of refused requests must not fill the memory while the client reads slowly.
    const isLeftOut = summary.refusal !== null && outgoing.writableNeedDrain;
    if (!isLeftOut) outgoing.write(`${JSON.stringify(summary)}\n`);
  });
  outgoing.on('close', stop);
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
  /** Calls `onSummary` for each new exchange; resolves when the gateway ends or `signal` aborts. */
  follow(onSummary: (summary: ExchangeSummary) => void, signal: AbortSignal): Promise<void>;
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
    follow: (onSummary, signal) =>
      streamLines(
        { url: new URL('/follow', origin), headers, signal },
        (line) => onSummary(JSON.parse(line) as ExchangeSummary),
        // The gateway ended, or `signal` aborted.
      ).catch(() => undefined),
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
