// Lets commands in other processes look at the exchanges of a running gateway, on loopback and with its token.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { readBody } from '../../http/body.js';
import type { ExchangeFilter } from '../exchanges/exchange.js';
import type { Gateway } from '../gateway.js';
import { type ExchangeJson, formatExchangeJson, readExchangeJson } from './wire.js';

/** Bytes: two bodies of 256 KB as base64, and what is around them. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;

/** Makes it. Whoever does not show the token gets 401. */
export function createGatewayControlListener(gateway: Gateway, token: string): RequestListener {
  return async (incoming, outgoing) => {
    if (!isEqual(incoming.headers.authorization ?? '', `Bearer ${token}`))
      return void outgoing.writeHead(401).end();
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://control');
    const id = /^\/exchanges\/(\d+)$/.exec(pathname)?.[1];
    try {
      if (id !== undefined) sendJson(outgoing, findOne(gateway, Number(id)));
      else if (pathname === '/follow') follow(gateway, outgoing);
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

/** A line of JSON for each exchange, until one side ends. */
function follow(gateway: Gateway, outgoing: ServerResponse): void {
  outgoing.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  outgoing.flushHeaders();
  const stop = gateway.watch((summary) => void outgoing.write(`${JSON.stringify(summary)}\n`));
  outgoing.on('close', stop);
}

function readFilter(query: URLSearchParams): ExchangeFilter {
  return JSON.parse(query.get('filter') ?? '{}') as ExchangeFilter;
}
