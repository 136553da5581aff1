// The webhooks that were processed: a repeated one gets the same response and has no other effect.
import type { Store } from '../../state/database.js';
import { formatEmptyTwiml, type RelayResponse } from '../http.js';

/** What identifies a webhook. */
interface WebhookKey {
  readonly path: string;
  /** The SID of the text or call. */
  readonly sid: string;
  /** Twilio's `I-Twilio-Idempotency-Token`: the same in all attempts of one webhook. */
  readonly token: string | undefined;
}

/** The table `answered`. */
export interface ProcessedWebhooks {
  /** Finds the response to a webhook by its SID, else by its token; undefined if it is new, or too old to be remembered. */
  find(key: WebhookKey): RelayResponse | undefined;
  /** Returns when the last webhook of a path was processed, milliseconds since 1970; undefined if none was. */
  findLastTime(path: string): number | undefined;
  /** Lists the SIDs of a path's webhooks that were processed at `oldest` or later. @param oldest milliseconds since 1970 */
  listSids(path: string, oldest: number): ReadonlySet<string>;
  add(key: WebhookKey, response: RelayResponse): void;
}

/** One webhook as it is stored; `null` stands for the usual response. */
type StoredWebhook = readonly [path: string, sid: string, token: string | null, answer: RelayResponse | null];

/** The webhooks of one transaction, as a JSON array of {@link StoredWebhook}: they are only read together. */
interface Row {
  readonly entries: string;
  readonly at: number;
}

/** How many webhooks are remembered by SID and by token. Twilio retries within seconds. */
const [MAX_SIDS, MAX_TOKENS] = [20_000, 4000] as const;
const USUAL_RESPONSE = formatEmptyTwiml(201);

/** Opens the table. @param now returns milliseconds since 1970 */
export function createProcessedWebhooks(store: Store, now: () => number): ProcessedWebhooks {
  const insert = store.query('INSERT INTO answered (entries, at) VALUES (?, ?)');
  const newest = store.query<Row>('SELECT entries, at FROM answered ORDER BY id DESC LIMIT ?');
  const since = store.query<Row>('SELECT entries, at FROM answered WHERE at >= ?');
  const last = store.query<Row>(
    `SELECT entries, at FROM answered WHERE entries LIKE '%"' || ? || '"%' ORDER BY id DESC LIMIT 1`,
  );
  const [bySid, byToken] = [
    createRecentEntries<RelayResponse>(MAX_SIDS),
    createRecentEntries<RelayResponse>(MAX_TOKENS),
  ];
  let entries: StoredWebhook[] = [];

  function write(): void {
    if (entries.length === 0) return;
    insert.run(JSON.stringify(entries), now());
    entries = [];
  }

  function remember([path, sid, token, answer]: StoredWebhook): void {
    // The joined string is a copy: a substring keeps the whole request body in memory.
    bySid.add(`${path} ${sid}`, answer ?? USUAL_RESPONSE);
    if (token !== null) byToken.add(token, answer ?? USUAL_RESPONSE);
  }

  function reload(): void {
    entries = [];
    bySid.clear();
    byToken.clear();
    for (const row of newest.all(MAX_SIDS).reverse()) for (const entry of readEntries(row)) remember(entry);
  }

  reload();
  store.onLost(reload);
  return {
    findLastTime: (path) => last.get(path)?.at,
    listSids: (path, oldest) => {
      const entries = since.all(oldest).flatMap(readEntries);
      return new Set(entries.filter(([of]) => of === path).map(([, sid]) => sid));
    },
    find: ({ path, sid, token }) =>
      bySid.find(`${path} ${sid}`) ?? (token === undefined ? undefined : byToken.find(token)),
    add: ({ path, sid, token }, response) => {
      const isUsual = response.status === USUAL_RESPONSE.status && response.body === USUAL_RESPONSE.body;
      const entry: StoredWebhook = [path, sid, token ?? null, isUsual ? null : response];
      entries.push(entry);
      store.atEnd(write);
      remember(entry);
    },
  };
}

function readEntries({ entries }: Row): StoredWebhook[] {
  return JSON.parse(entries) as StoredWebhook[];
}

/** A map that keeps the newest entries. */
interface RecentEntries<Value> {
  find(key: string): Value | undefined;
  add(key: string, value: Value): void;
  clear(): void;
}

/** @param limit how many entries are kept */
function createRecentEntries<Value>(limit: number): RecentEntries<Value> {
  const known = new Map<string, Value>();
  /** The keys as a ring buffer, oldest at `oldest`: finding the oldest key of a Map is slow. */
  const order: string[] = [];
  let oldest = 0;
  return {
    find: (key) => known.get(key),
    add: (key, value) => {
      known.set(key, value);
      if (order.length < limit) {
        order.push(key);
        return;
      }
      known.delete(order[oldest] ?? key);
      order[oldest] = key;
      oldest = (oldest + 1) % limit;
    },
    clear: () => {
      known.clear();
      order.length = 0;
      oldest = 0;
    },
  };
}
