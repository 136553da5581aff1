// The exchanges of a sandbox in the control API: a list, one in full, and the replay of a webhook.
import type { Context, Hono } from 'hono';
import { RelayPhoneError } from '../../errors.js';
import type { Direction, ExchangeFilter } from '../../exchanges/exchange.js';
import { findPhoneNumber } from '../platform/phone-number.js';
import type { Sandbox } from '../sandbox.js';

/** What the routes of exchanges need. */
export interface ExchangeRouteDeps {
  readonly sandbox: Pick<Sandbox, 'exchanges' | 'exchange' | 'replay'>;
}

/** How many exchanges are listed if the request does not say. */
const DEFAULT_LIMIT = 100;

/** Adds `/exchanges`, `/exchanges/:id` and `/exchanges/:id/replay`. */
export function addExchangeRoutes(app: Hono, { sandbox }: ExchangeRouteDeps): void {
  app.get('/exchanges', (context) => context.json(sandbox.exchanges(readFilter(context))));
  app.get('/exchanges/:id', async (context) => {
    const id = readId(context);
    const exchange = await sandbox.exchange(id);
    return exchange ? context.json(exchange) : context.json(notKept(), 404);
  });
  app.post('/exchanges/:id/replay', async (context) => {
    const id = readId(context);
    const [newest] = sandbox.exchanges({ before: id + 1, limit: 1 });
    if (newest?.id !== id) return context.json(notKept(), 404);
    const text = await context.req.text();
    if (text === '') return context.json(await sandbox.replay(id));
    const { readReplayEdits } = await import('./request-bodies.js');
    return context.json(await sandbox.replay(id, readReplayEdits(text)));
  });
}

/** Returns an id that no exchange has if it is not a number. */
function readId({ req }: Context): number {
  const id = req.param('id') ?? '';
  return /^\d{1,15}$/.test(id) ? Number(id) : 0;
}

function notKept() {
  return {
    error: 'no exchange with this id is kept',
    task: 'find the exchange',
    tryNext: ['GET /_sandbox/exchanges, for those that are kept'],
  };
}

function readFilter({ req }: Context): Omit<ExchangeFilter, 'refused'> {
  const read = <Value>(name: string, pattern: RegExp, form: string, convert: (text: string) => Value) => {
    const text = req.query(name);
    if (text === undefined) return undefined;
    if (!pattern.test(text)) throw badQuery(`${name} is ${form}, not '${text}'`);
    return convert(text);
  };
  const readCount = (name: string) => read(name, /^\d{1,15}$/, 'a number', Number);
  return {
    direction: read('direction', /^(webhook|rest)$/, 'webhook or rest', (text) => text as Direction),
    trace: req.query('trace'),
    sid: req.query('sid'),
    number: read('number', /./s, 'a phone number', readNumber),
    path: req.query('path'),
    status: read('status', /^[1-5](\d\d|xx)$/, 'a status such as 404 or 4xx', String),
    failed: read('failed', /^(true|false)$/, 'true or false', (text) => text === 'true'),
    before: readCount('before'),
    limit: readCount('limit') ?? DEFAULT_LIMIT,
  };
}

/** In a query, a plus sign that is not encoded is a space. */
function readNumber(text: string): string {
  const number = text.replace(/^ /, '+');
  return findPhoneNumber(number)?.number ?? number;
}

function badQuery(reason: string): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task: 'read the request', reason });
}
