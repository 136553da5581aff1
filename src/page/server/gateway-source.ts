// Where the page of a live account gets what it shows: the webhooks that the gateway of the state folder records.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RelayPhoneError } from '../../errors.js';
import { compareAnswers } from '../../exchanges/compare.js';
import { type Exchange, SOCKET_KIND } from '../../exchanges/exchange.js';
import { formatAnswerDifference, formatExchangeReport, formatFullExchange } from '../../exchanges/format.js';
import { badEdit, readEdits } from '../../exchanges/replay-edits.js';
import type { AnswerDifferenceReport, ExchangeReport, FullExchangeReport } from '../../exchanges/report.js';
import { type OpenedExchanges, openExchanges } from '../../gateway/open.js';
import { replayExchange } from '../../gateway/replay/replay.js';
import { readBody, UnreadableBody } from '../../http/body.js';
import type { StateFolder } from '../../state/folder.js';
import { streamGatewayExchanges } from './gateway-stream.js';
import { hideNumbers, SHOW_NUMBERS_HEADER } from './hidden-numbers.js';
import { LIVE_PAGE_ROUTES } from './routes.js';
import type { PageSource } from './source.js';

/** What the source needs. */
export interface GatewaySourceOptions {
  readonly folder: StateFolder;
  readonly accountSid: string;
  /** Signs replays. It never leaves this process. */
  readonly authToken: string;
  /** Where the app is; a replay goes where its webhook went. */
  readonly app: string;
  readonly now: () => number;
}

/** A replay, and how its answer differs from the recorded one; the sandbox answers in the same form. */
interface GatewayReplay {
  readonly exchange: FullExchangeReport;
  readonly difference: AnswerDifferenceReport;
}

/** As long as Twilio waits for an answer. */
const REPLAY_TIMEOUT_MS = 15_000;
/** How long another command may hold the database. */
const LOCK_TIMEOUT_MS = 5000;
const MAX_BODY_BYTES = 1_048_576;
const [DEFAULT_LIMIT, MAX_LIMIT] = [100, 2000] as const;

/** Creates the source. Phone numbers in its answers are shown in part, unless the request has the header to show them. */
export function createGatewaySource(options: GatewaySourceOptions): PageSource {
  const { folder, accountSid, app } = options;
  return {
    mode: { mode: 'live', accountSid, app },
    routes: LIVE_PAGE_ROUTES,
    pass: async (incoming, outgoing, target) => {
      if (target.startsWith('/events')) {
        // The page connects again, and may then be told why.
        return streamGatewayExchanges(folder, outgoing, target).catch(() => void outgoing.end());
      }
      const isShown = incoming.headers[SHOW_NUMBERS_HEADER] === 'shown';
      try {
        const value = await answer(options, incoming, target);
        if (value === undefined) return sendJson(outgoing, 404, NOT_KEPT);
        const json = JSON.stringify(value);
        sendJson(outgoing, 200, isShown ? json : hideNumbers(json));
      } catch (error) {
        sendError(outgoing, error);
      }
    },
  };
}

/** Returns what answers a request; undefined if the exchange is not kept. */
async function answer(
  options: GatewaySourceOptions,
  incoming: IncomingMessage,
  target: string,
): Promise<object | undefined> {
  const { pathname, searchParams } = new URL(target, 'http://page');
  if (pathname === '/exchanges') return list(options, searchParams);
  const [, digits = ''] = /^\/exchanges\/(\d{1,15})(?:\/replay)?$/.exec(pathname) ?? [];
  if (digits === '') return undefined;
  const exchange = await withExchanges(options, ({ find }) => find(Number(digits)));
  if (!exchange) return undefined;
  return incoming.method === 'POST' ? replay(options, incoming, exchange) : formatFullExchange(exchange);
}

async function list(options: GatewaySourceOptions, query: URLSearchParams): Promise<ExchangeReport[]> {
  const asked = Number(query.get('limit'));
  const limit = asked >= 1 ? Math.min(asked, MAX_LIMIT) : DEFAULT_LIMIT;
  const refused = query.get('refused') === 'true';
  const id = query.get('before') ?? '';
  const before = /^\d{1,15}$/.test(id) ? Number(id) : undefined;
  const summaries = await withExchanges(options, (exchanges) => exchanges.list({ limit, refused, before }));
  return summaries.map(formatExchangeReport);
}

/** Sends a webhook to the app again, and records that. The database is free meanwhile. */
async function replay(
  options: GatewaySourceOptions,
  incoming: IncomingMessage,
  exchange: Exchange,
): Promise<GatewayReplay> {
  const { authToken, now } = options;
  const { publicBase, app, kind, method } = exchange.summary;
  if (kind === SOCKET_KIND) throw badEdit('a WebSocket is recorded without its messages');
  if (exchange.isRequestCut) throw badEdit('its body was not kept completely');
  const text = await readBody(incoming, MAX_BODY_BYTES);
  // Loaded here, because it needs zod, which is slow to load.
  const { readLiveReplayEdits } = await import('./replay-edits.js');
  const asked = readLiveReplayEdits(text);
  const tokens = { anew: authToken, none: undefined, broken: `${authToken}0` };
  const edits = {
    ...readEdits(asked, method),
    publicBase,
    authToken: tokens[asked.signature ?? 'anew'],
  };
  const sent = await replayExchange(exchange, edits, { app, authToken, timeoutMs: REPLAY_TIMEOUT_MS, now });
  const recorded = await withExchanges(options, ({ add }) => add(sent));
  return {
    exchange: await formatFullExchange(recorded),
    difference: formatAnswerDifference(await compareAnswers(exchange, recorded)),
  };
}

async function withExchanges<T>(
  { folder }: GatewaySourceOptions,
  work: (exchanges: OpenedExchanges) => Promise<T>,
): Promise<T> {
  const exchanges = await openExchanges(folder, { command: 'page', timeoutMs: LOCK_TIMEOUT_MS });
  try {
    return await work(exchanges);
  } finally {
    await exchanges.close();
  }
}

const NOT_KEPT = JSON.stringify({ error: 'no webhook with this id is recorded', tryNext: [] });

function sendError(outgoing: ServerResponse, error: unknown): void {
  if (error instanceof RelayPhoneError) {
    const { kind, reason, tryNext } = error;
    sendJson(outgoing, kind === 'usage' ? 400 : 502, JSON.stringify({ error: reason, tryNext }));
  } else {
    const status = error instanceof UnreadableBody ? 413 : 502;
    sendJson(
      outgoing,
      status,
      JSON.stringify({ error: error instanceof Error ? error.message : String(error) }),
    );
  }
}

function sendJson(outgoing: ServerResponse, status: number, json: string): void {
  outgoing.writeHead(status, { 'Content-Type': 'application/json' }).end(json);
}
