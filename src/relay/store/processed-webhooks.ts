// The webhooks that were answered: one that comes again gets the same answer, and nothing else happens.
import type { Store } from '../../state/database.js';
import { formatEmptyTwiml, type RelayResponse } from '../http.js';

/** What a webhook is about. */
interface WebhookKey {
  readonly path: string;
  /** What must happen once: the SID of a text or a call, with its state where one has several. */
  readonly sid: string;
  /** Twilio's `I-Twilio-Idempotency-Token`, which all attempts at one webhook share. */
  readonly token: string | undefined;
}

/** See the head of this file. */
export interface ProcessedWebhooks {
  /** What a webhook was answered; undefined when it is new, or older than all that are remembered. */
  find(key: WebhookKey): RelayResponse | undefined;
  /** When the last one of a path was; undefined when there is none. */
  findLastTime(path: string): number | undefined;
  /** What those of a path were about that were answered at `oldest` or later, milliseconds since 1970. */
  listSids(path: string, oldest: number): ReadonlySet<string>;
  add(key: WebhookKey, answer: RelayResponse): void;
}

/** One webhook as it is kept: an answer that is null is the one that nearly all get. */
type StoredWebhook = readonly [
  path: string,
  subject: string,
  token: string | null,
  answer: RelayResponse | null,
];

/** All that were answered in one turn, as JSON: they are only ever read together. */
interface Row {
  readonly entries: string;
  readonly at: number;
}

/** How many are remembered by what they are about, and by their token: Twilio tries again within seconds. */
const [MAX_SIDS, MAX_TOKENS] = [20_000, 4000] as const;
const USUAL_RESPONSE = formatEmptyTwiml(201);

/** Opens the table. @param now milliseconds since 1970 */
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

  function remember([path, subject, token, answer]: StoredWebhook): void {
    // Joined, it is a copy: what is only cut out of a request's body keeps the whole of it in memory.
    bySid.add(`${path} ${subject}`, answer ?? USUAL_RESPONSE);
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
      return new Set(entries.filter(([of]) => of === path).map(([, subject]) => subject));
    },
    find: ({ path, sid: subject, token }) =>
      bySid.find(`${path} ${subject}`) ?? (token === undefined ? undefined : byToken.find(token)),
    add: ({ path, sid: subject, token }, answer) => {
      const isUsual = answer.status === USUAL_RESPONSE.status && answer.body === USUAL_RESPONSE.body;
      const entry: StoredWebhook = [path, subject, token ?? null, isUsual ? null : answer];
      entries.push(entry);
      store.atEnd(write);
      remember(entry);
    },
  };
}

function readEntries({ entries }: Row): StoredWebhook[] {
  return JSON.parse(entries) as StoredWebhook[];
}

/** See the head of this file. */
interface RecentEntries<Value> {
  find(key: string): Value | undefined;
  add(key: string, value: Value): void;
  clear(): void;
}

/** @param limit how many are remembered */
function createRecentEntries<Value>(limit: number): RecentEntries<Value> {
  const known = new Map<string, Value>();
  /** In the order of being added, from `oldest` on and round again: a map is slow to tell its oldest. */
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
