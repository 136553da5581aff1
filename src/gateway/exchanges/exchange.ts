// One recorded webhook request with its answer and the verdict on its signature.
import { readHeaderPairs } from '../headers.js';
import type { Verdict } from '../signature/verdict.js';

/** What of an exchange is shown in a list. Numbers are whole here: who shows them hides them. */
export interface ExchangeSummary {
  /** Counts up, over those that were let through and those that were refused. */
  readonly id: number;
  /** What its path is for, such as `inbound_sms`; `card` for a vCard, `path` for any other. */
  readonly kind: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds from the head of the request to the end of the answer. */
  readonly duration: number;
  /** Which attempt at the same webhook it is, from 1 on. */
  readonly attempt: number;
  readonly method: string;
  /** As it came. */
  readonly target: string;
  /** What was answered; null when nothing was. */
  readonly status: number | null;
  /** Every SID among its parameters, by name. */
  readonly sids: Readonly<Record<string, string>>;
  readonly from: string | null;
  readonly to: string | null;
  readonly verdict: Verdict;
  /** Why the app gave no whole answer, as the rest of "the app …"; null when it gave one. */
  readonly error: string | null;
  /** Why it was not let through to the app; null when it was. */
  readonly refusal: string | null;
  /** Who asked, by address. */
  readonly remote: string;
  /** The origin of the app it went to. */
  readonly app: string;
  readonly publicBase: string;
  /** The exchange that it sent again; null when it came from outside. */
  readonly replayOf: number | null;
}

/** A whole one. Heads are headers as they came; `readHead` in `headers.ts` reads them. */
export interface Exchange {
  readonly summary: ExchangeSummary;
  readonly requestHead: string;
  readonly requestBody: Buffer;
  readonly isRequestCut: boolean;
  readonly answerHead: string;
  readonly answerBody: Buffer;
  readonly isAnswerCut: boolean;
  /** The same for all attempts at one webhook; null when there is nothing to know it by. */
  readonly subject: string | null;
}

/** One whose id and number among the attempts are not known yet. */
export interface NewExchange extends Exchange {
  readonly summary: Omit<ExchangeSummary, 'id' | 'attempt'> & { id: number; attempt: number };
}

/** Which exchanges are looked for, by all that is given. */
export interface ExchangeFilter {
  /** A part of its target. */
  readonly path?: string | undefined;
  /** Such as `404`, or `4xx`. */
  readonly status?: string | undefined;
  readonly sid?: string | undefined;
  /** Its sender or its receiver. */
  readonly number?: string | undefined;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
  /** Only what went wrong: no answer, 4xx, 5xx, a signature that is not valid. */
  readonly failed?: boolean | undefined;
  /** Those that were refused, instead of those that were let through. */
  readonly refused?: boolean | undefined;
  /** How many, the newest. */
  readonly limit?: number | undefined;
}

/** Whether an exchange is one of those that are looked for. */
export function isMatch(summary: ExchangeSummary, filter: ExchangeFilter): boolean {
  const { path, status, sid, number, since, failed, refused } = filter;
  return (
    (summary.refusal !== null) === (refused ?? false) &&
    (since === undefined || summary.at >= since) &&
    (path === undefined || summary.target.includes(path)) &&
    (status === undefined || isStatus(summary.status, status)) &&
    (sid === undefined || Object.values(summary.sids).includes(sid)) &&
    (number === undefined || summary.from === number || summary.to === number) &&
    (!failed || isFailed(summary))
  );
}

function isStatus(status: number | null, wanted: string): boolean {
  return wanted.endsWith('xx')
    ? String(status ?? '').startsWith(wanted.slice(0, 1))
    : String(status) === wanted;
}

/** Whether something about an exchange went wrong. */
function isFailed({ status, error, verdict, kind }: ExchangeSummary): boolean {
  const isWrong = verdict.result === 'invalid' || (verdict.result === 'unsigned' && kind !== 'card');
  return error !== null || status === null || status >= 400 || isWrong;
}

/** The exchanges between the same two numbers as `one`, oldest first; those that were sent again are left out. */
export function findConversation(one: ExchangeSummary, all: readonly ExchangeSummary[]): ExchangeSummary[] {
  const wanted = numbersOf(one);
  return all
    .filter(({ refusal, replayOf }) => refusal === null && replayOf === null)
    .filter((other) => numbersOf(other) === wanted)
    .sort((a, b) => a.at - b.at || a.id - b.id);
}

function numbersOf({ from, to }: ExchangeSummary): string {
  return [from, to].sort().join(' ');
}

/** See the head of this file. */
export interface AnswerDifference {
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
export function compareAnswers(before: Exchange, now: Exchange): AnswerDifference {
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
