// The webhooks that were answered: one that comes again gets the same answer, and nothing else happens.
import type { Store } from '../../state/database.js';
import { formatNothing, type RelayWebhookAnswer } from '../webhooks/answer.js';
import { createRecent } from './recent.js';

/** What a webhook is about. */
export interface WebhookKey {
  readonly path: string;
  /** What must happen once: the SID of a text or a call, with its state where one has several. */
  readonly subject: string;
  /** Twilio's `I-Twilio-Idempotency-Token`, which all attempts at one webhook share. */
  readonly token: string | undefined;
}

/** See the head of this file. */
export interface ProcessedWebhooks {
  /** What a webhook was answered; undefined when it is new, or older than all that are remembered. */
  find(key: WebhookKey): RelayWebhookAnswer | undefined;
  /** When the last one of a path was; undefined when there is none. */
  findLastTime(path: string): number | undefined;
  /** What those of a path were about that were answered at `oldest` or later, milliseconds since 1970. */
  listSubjects(path: string, oldest: number): ReadonlySet<string>;
  add(key: WebhookKey, answer: RelayWebhookAnswer): void;
}

/** One webhook as it is kept: an answer that is null is the one that nearly all get. */
type Entry = readonly [
  path: string,
  subject: string,
  token: string | null,
  answer: RelayWebhookAnswer | null,
];

/** All that were answered in one turn, as JSON: they are only ever read together. */
interface Row {
  readonly entries: string;
  readonly at: number;
}

/** How many are remembered by what they are about, and by their token: Twilio tries again within seconds. */
const [SUBJECTS, TOKENS] = [20_000, 4000] as const;
const USUAL = formatNothing(201);

/** Opens the table. @param now milliseconds since 1970 */
export function createProcessedWebhooks(store: Store, now: () => number): ProcessedWebhooks {
  const insert = store.query('INSERT INTO answered (entries, at) VALUES (?, ?)');
  const newest = store.query<Row>('SELECT entries, at FROM answered ORDER BY id DESC LIMIT ?');
  const since = store.query<Row>('SELECT entries, at FROM answered WHERE at >= ?');
  const last = store.query<Row>(
    `SELECT entries, at FROM answered WHERE entries LIKE '%"' || ? || '"%' ORDER BY id DESC LIMIT 1`,
  );
  const [subjects, tokens] = [
    createRecent<RelayWebhookAnswer>(SUBJECTS),
    createRecent<RelayWebhookAnswer>(TOKENS),
  ];
  let entries: Entry[] = [];

  function write(): void {
    if (entries.length === 0) return;
    insert.run(JSON.stringify(entries), now());
    entries = [];
  }

  function remember([path, subject, token, answer]: Entry): void {
    // Joined, it is a copy: what is only cut out of a request's body keeps the whole of it in memory.
    subjects.add(`${path} ${subject}`, answer ?? USUAL);
    if (token !== null) tokens.add(token, answer ?? USUAL);
  }

  function reload(): void {
    entries = [];
    subjects.clear();
    tokens.clear();
    for (const row of newest.all(SUBJECTS).reverse()) for (const entry of readEntries(row)) remember(entry);
  }

  reload();
  store.onLost(reload);
  return {
    findLastTime: (path) => last.get(path)?.at,
    listSubjects: (path, oldest) => {
      const entries = since.all(oldest).flatMap(readEntries);
      return new Set(entries.filter(([of]) => of === path).map(([, subject]) => subject));
    },
    find: ({ path, subject, token }) =>
      subjects.find(`${path} ${subject}`) ?? (token === undefined ? undefined : tokens.find(token)),
    add: ({ path, subject, token }, answer) => {
      const isUsual = answer.status === USUAL.status && answer.body === USUAL.body;
      const entry: Entry = [path, subject, token ?? null, isUsual ? null : answer];
      entries.push(entry);
      store.atEnd(write);
      remember(entry);
    },
  };
}

function readEntries({ entries }: Row): Entry[] {
  return JSON.parse(entries) as Entry[];
}
