// Asks a running gateway in another process about its exchanges.
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { RelayPhoneError } from '../../errors.js';
import { type HttpAnswer, NoAnswer, sendRequest } from '../../http/send.js';
import type { Exchange, ExchangeFilter, ExchangeSummary, NewExchange } from '../exchanges/exchange.js';
import type { GatewayAddress } from '../place.js';
import { type ExchangeJson, formatExchangeJson, readExchangeJson } from './wire.js';

/** Milliseconds. */
const TIMEOUT_MS = 10_000;

/** See the head of this file. */
export interface GatewayClient {
  list(filter: ExchangeFilter): Promise<readonly ExchangeSummary[]>;
  find(id: number): Promise<Exchange | undefined>;
  add(exchange: NewExchange): Promise<Exchange>;
  /** Calls `onSummary` for all that comes from now on; resolves when the gateway ends, or `signal` says so. */
  follow(onSummary: (summary: ExchangeSummary) => void, signal: AbortSignal): Promise<void>;
}

/** Every call throws RelayPhoneError `network` when the gateway is not there any more. */
export function createGatewayClient({ origin, token }: GatewayAddress): GatewayClient {
  const headers = { Authorization: `Bearer ${token}` };

  async function call(method: string, path: string, body?: string): Promise<HttpAnswer> {
    try {
      const url = new URL(path, origin);
      return await sendRequest({
        method,
        url,
        headers,
        timeout: TIMEOUT_MS,
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
    follow: (onSummary, signal) =>
      new Promise((resolve) => {
        const outgoing = request(new URL('/follow', origin), { headers, signal });
        outgoing.on('response', (incoming) => {
          const lines = createInterface({ input: incoming });
          lines.on('line', (line) => onSummary(JSON.parse(line) as ExchangeSummary));
          lines.on('close', resolve);
          // The tunnel went away, or nobody wants to know more.
          for (const end of [incoming, lines]) end.on('error', () => lines.close());
        });
        outgoing.on('error', () => resolve());
        outgoing.end();
      }),
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
