// Compares the answers of two exchanges, such as a webhook's and its replay's.
import { decodeBody } from '../http/content-coding.js';
import type { Exchange } from './exchange.js';
import { findHeader, readHeaderPairs } from './headers.js';

/** How the answers of two exchanges differ. */
export interface AnswerDifference {
  /** The two statuses; null if they are equal. */
  readonly status: [before: number | null, now: number | null] | null;
  /** The names of the headers that differ, in lower case. */
  readonly headers: readonly string[];
  /** True if the bodies differ. */
  readonly body: boolean;
}

/** Headers that differ between any two answers. */
const IGNORED_HEADERS: ReadonlySet<string> = new Set([
  'age',
  'connection',
  'date',
  'keep-alive',
  'transfer-encoding',
]);

/** As much of a body is compared as is kept of one. */
const MAX_COMPARED_BYTES = 256 * 1024;

/** Compares the answers of two exchanges. The same body may be compressed to different bytes. */
export async function compareAnswers(before: Exchange, now: Exchange): Promise<AnswerDifference> {
  const [one, other] = [indexHeaders(before.answerHead), indexHeaders(now.answerHead)];
  const [was, is] = [before.summary.status, now.summary.status];
  const isSameBytes = before.answerBody.equals(now.answerBody);
  const isSameBody = isSameBytes || (await decodeAnswer(before)).equals(await decodeAnswer(now));
  const names = [...new Set([...one.keys(), ...other.keys()])].sort();
  const isEqual = (name: string) =>
    one.get(name) === other.get(name) || (name === 'content-length' && isSameBody && !isSameBytes);
  return {
    status: was === is ? null : [was, is],
    headers: names.filter((name) => !isEqual(name)),
    body: !isSameBody,
  };
}

async function decodeAnswer({
  answerHead,
  answerBody,
  isAnswerCut,
  isAnswerDecoded,
}: Exchange): Promise<Buffer> {
  if (isAnswerDecoded) return answerBody;
  const coding = findHeader(readHeaderPairs(answerHead), 'content-encoding');
  const limits = { isCut: isAnswerCut, maxBytes: MAX_COMPARED_BYTES };
  const { body, fault } = await decodeBody(answerBody, coding, limits);
  return fault === null ? body : answerBody;
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
