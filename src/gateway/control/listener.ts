// Lets commands in other processes look at the exchanges of a running gateway, on loopback and with its token.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { readBody } from '../../http/body.js';
import type { ExchangeFilter } from '../exchanges/exchange.js';
import type { Gateway } from '../gateway.js';
import { formatExchange, readExchange, type WiredExchange } from './wire.js';

/** Bytes: two bodies of 256 KB as base64, and what is around them. */
const LONGEST = 2 * 1024 * 1024;

/** Makes it. Whoever does not show the token gets 401. */
export function createGatewayControlListener(gateway: Gateway, token: string): RequestListener {
  return async (incoming, outgoing) => {
    if (!isSame(incoming.headers.authorization ?? '', `Bearer ${token}`))
      return void outgoing.writeHead(401).end();
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://control');
    const id = /^\/exchanges\/(\d+)$/.exec(pathname)?.[1];
    try {
      if (id !== undefined) answer(outgoing, findOne(gateway, Number(id)));
      else if (pathname === '/follow') follow(gateway, outgoing);
      else if (incoming.method === 'POST') answer(outgoing, await add(gateway, incoming));
      else answer(outgoing, gateway.list(readFilter(searchParams)));
    } catch (error) {
      outgoing.writeHead(400).end(String(error));
    }
  };
}

function isSame(given: string, wanted: string): boolean {
  const [one, other] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}

function answer(outgoing: ServerResponse, value: unknown): void {
  if (value === undefined) outgoing.writeHead(404).end();
  else outgoing.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

function findOne(gateway: Gateway, id: number): WiredExchange | undefined {
  const exchange = gateway.find(id);
  return exchange && formatExchange(exchange);
}

async function add(gateway: Gateway, incoming: IncomingMessage): Promise<WiredExchange> {
  const wired = JSON.parse(await readBody(incoming, LONGEST)) as WiredExchange;
  return formatExchange(gateway.add(readExchange(wired)));
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
