// One table of exchanges, bounded by how many they are and how old.
import type { Store, Value } from '../../state/database.js';
import { createInserter } from '../../state/inserter.js';
import { type Exchange, type Filter, isMatch, type Summary } from '../exchange.js';

/** How much a table keeps. */
export interface Bounds {
  readonly count: number;
  /** Milliseconds. */
  readonly age: number;
}

/** See the head of this file. */
export interface Table {
  /** @param subject what other attempts at it have in common */
  add(exchange: Exchange, subject: string | null): void;
  find(id: number): Exchange | undefined;
  /** Newest first. */
  list(filter: Filter): Summary[];
  /** The subjects of the newest, oldest first. */
  listSubjects(): string[];
  highestId(): number;
  /** Drops what is over the bounds. @param now milliseconds since 1970 */
  prune(now: number): void;
}

interface Row {
  readonly id: number;
  readonly summary: string;
  readonly headers: string;
  readonly requestBody: ArrayBuffer;
  readonly answerBody: ArrayBuffer;
}

/** What stands in `headers`. */
type Heads = readonly [
  request: readonly string[],
  answer: readonly string[],
  isRequestCut: boolean,
  isAnswerCut: boolean,
];

const COLUMNS = ['id', 'at', 'subject', 'summary', 'headers', 'requestBody', 'answerBody'] as const;
/** How many are read at a time when some of them are looked for. */
const PAGE = 200;

/** Opens it. */
export function createTable(store: Store, name: 'exchanges' | 'refusals', bounds: Bounds): Table {
  const inserter = createInserter(store, name, COLUMNS);
  const one = store.query<Row>(`SELECT * FROM ${name} WHERE id = ?`);
  const page = store.query<Pick<Row, 'id' | 'summary'>>(
    `SELECT id, summary FROM ${name} WHERE id < ? ORDER BY id DESC LIMIT ${PAGE}`,
  );
  const subjects = store.query<{ subject: string | null }>(
    `SELECT subject FROM ${name} ORDER BY id DESC LIMIT 2000`,
  );
  const highest = store.query<{ id: number | null }>(`SELECT max(id) AS id FROM ${name}`);
  const dropMany = store.query(
    `DELETE FROM ${name} WHERE id <= (SELECT id FROM ${name} ORDER BY id DESC LIMIT 1 OFFSET ?)`,
  );
  const dropOld = store.query(`DELETE FROM ${name} WHERE at < ?`);

  function* newestFirst(): Iterable<Summary> {
    for (let before = Number.MAX_SAFE_INTEGER; ; ) {
      const rows = page.all(before);
      for (const row of rows) yield readSummary(row.summary);
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      before = last.id;
    }
  }

  return {
    add: (exchange, subject) => inserter.add(formatRow(exchange, subject)),
    find: (id) => {
      inserter.flush();
      const row = one.get(id);
      return row && readRow(row);
    },
    list: (filter) => {
      inserter.flush();
      const found: Summary[] = [];
      for (const summary of newestFirst()) {
        if (found.length >= (filter.limit ?? Number.POSITIVE_INFINITY)) break;
        if (isMatch(summary, filter)) found.push(summary);
      }
      return found;
    },
    listSubjects: () =>
      subjects
        .all()
        .map(({ subject }) => subject)
        .filter((subject) => subject !== null)
        .reverse(),
    highestId: () => highest.get()?.id ?? 0,
    prune: (now) => {
      inserter.flush();
      dropMany.run(bounds.count);
      dropOld.run(now - bounds.age);
    },
  };
}

function formatRow(exchange: Exchange, subject: string | null): Value[] {
  const { requestHeaders, answerHeaders, isRequestCut, isAnswerCut, requestBody, answerBody, ...summary } =
    exchange;
  const heads: Heads = [requestHeaders, answerHeaders, isRequestCut, isAnswerCut];
  return [
    exchange.id,
    exchange.at,
    subject,
    JSON.stringify(summary),
    JSON.stringify(heads),
    requestBody,
    answerBody,
  ];
}

function readSummary(text: string): Summary {
  return JSON.parse(text) as Summary;
}

function readRow(row: Row): Exchange {
  const [requestHeaders, answerHeaders, isRequestCut, isAnswerCut] = JSON.parse(row.headers) as Heads;
  return {
    ...readSummary(row.summary),
    requestHeaders,
    requestBody: Buffer.from(row.requestBody),
    isRequestCut,
    answerHeaders,
    answerBody: Buffer.from(row.answerBody),
    isAnswerCut,
  };
}
