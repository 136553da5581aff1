// How an answer differs from the one that was recorded.
import type { Exchange } from '../exchanges/exchange.js';
import { readHeaderPairs } from '../headers.js';

/** See the head of this file. */
export interface Difference {
  /** Before and now; null when they are the same. */
  readonly status: [before: number | null, now: number | null] | null;
  /** The names of those that differ, in lower case. */
  readonly headers: readonly string[];
  readonly body: boolean;
}

/** Those that differ from answer to answer, and say nothing. */
const IGNORED_HEADERS: ReadonlySet<string> = new Set([
  'age',
  'connection',
  'date',
  'keep-alive',
  'transfer-encoding',
]);

/** Compares the answers of two exchanges. */
export function compareAnswers(before: Exchange, now: Exchange): Difference {
  const [one, other] = [indexHeaders(before.answerHead), indexHeaders(now.answerHead)];
  const names = [...new Set([...one.keys(), ...other.keys()])].sort();
  const [was, is] = [before.summary.status, now.summary.status];
  return {
    status: was === is ? null : [was, is],
    headers: names.filter((name) => one.get(name) !== other.get(name)),
    body: !before.answerBody.equals(now.answerBody),
  };
}

function indexHeaders(head: string): Map<string, string> {
  const headers = readHeaderPairs(head);
  const index = new Map<string, string>();
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]?.toLowerCase() ?? '';
    if (!IGNORED_HEADERS.has(name)) index.set(name, `${index.get(name) ?? ''}${headers[at + 1]}\n`);
  }
  return index;
}
