// An exchange: one recorded request with its answer and the signature verdict; filtering and comparing exchanges.
import type { AppFault } from '../../app-host/recognize.js';
import { decodeBody } from '../../http/content-coding.js';
import { isFileKind } from '../forwarding/allowlist.js';
import { findHeader, readHeaderPairs } from '../headers.js';
import type { Verdict } from '../signature/verdict.js';

/** The kind of a request for a WebSocket, of which only the beginning is recorded. */
export const SOCKET_KIND = 'websocket';

/** An exchange without its headers and bodies. Phone numbers are complete; the output shortens them. */
export interface ExchangeSummary {
  /** Increases over forwarded and refused exchanges together. */
  readonly id: number;
  /** What the path is for, such as `inbound_sms`; `card` for a vCard, `media`, `websocket`, `path` for any other. */
  readonly kind: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds from the headers of the request to the end of the answer. */
  readonly duration: number;
  /** Which attempt of the same webhook it is, from 1. */
  readonly attempt: number;
  readonly method: string;
  /** The raw request target. */
  readonly target: string;
  /** The status of the answer; null if the client got none. */
  readonly status: number | null;
  /** All SIDs, by parameter name. */
  readonly sids: Readonly<Record<string, string>>;
  readonly from: string | null;
  readonly to: string | null;
  readonly verdict: Verdict;
  /** Why the app gave no complete answer, as the rest of "the app …"; null if it gave one. */
  readonly error: string | null;
  /** Why the gateway refused the request; null if it was forwarded. */
  readonly refusal: string | null;
  /** The client's address. */
  readonly remote: string;
  /** The origin of the app. */
  readonly app: string;
  readonly publicBase: string;
  /** The id of the exchange that this one replays; null for a request from outside. */
  readonly replayOf: number | null;
  /** What the answer shows to be wrong. Absent if nothing is. */
  readonly findings?: readonly ExchangeFinding[];
}

/** Something wrong with an answer. Scripts rely on the ids. */
export interface ExchangeFinding {
  readonly id: AppFault['id'] | 'redirect' | 'loop';
  /** What is wrong, as a clause without a full stop. */
  readonly what: string;
  /** What to do about it, most promising first. */
  readonly tryNext: readonly string[];
}

/** A complete exchange. `readHeaderPairs` of `headers.ts` parses its heads. */
export interface Exchange {
  readonly summary: ExchangeSummary;
  readonly requestHead: string;
  readonly requestBody: Buffer;
  readonly isRequestCut: boolean;
  readonly answerHead: string;
  readonly answerBody: Buffer;
  readonly isAnswerCut: boolean;
  /** The same for all attempts of one webhook; null if nothing identifies the webhook. */
  readonly subject: string | null;
}

/** An exchange without its final id and attempt, which the recorder sets, and without late findings. */
export interface NewExchange extends Exchange {
  readonly summary: Omit<ExchangeSummary, 'id' | 'attempt' | 'findings'> & {
    id: number;
    attempt: number;
    findings?: readonly ExchangeFinding[];
  };
}

/** A filter of exchanges. All given conditions must hold. */
export interface ExchangeFilter {
  /** A part of the request target. */
  readonly path?: string | undefined;
  /** A status such as `404`, or a class such as `4xx`. */
  readonly status?: string | undefined;
  readonly sid?: string | undefined;
  /** The sender or the recipient. */
  readonly number?: string | undefined;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
  /** Only failed ones: no answer, 3xx, 4xx, 5xx, another finding, or a signature that is not valid. */
  readonly failed?: boolean | undefined;
  /** Refused ones instead of forwarded ones. */
  readonly refused?: boolean | undefined;
  /** At most this many, the newest. */
  readonly limit?: number | undefined;
}

/** True if an exchange matches a filter. */
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

function isFailed({ status, error, verdict, kind, findings }: ExchangeSummary): boolean {
  const isFile = isFileKind(kind);
  const isWrong = verdict.result === 'invalid' || (verdict.result === 'unsigned' && !isFile);
  // Twilio follows a redirect to a file, and loses nothing by it.
  const isBad = status === null || status >= (isFile ? 400 : 300);
  return error !== null || isBad || isWrong || findings !== undefined;
}

/** Finds the exchanges between the same two numbers, oldest first, without refused ones and replays. */
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

async function decodeAnswer({ answerHead, answerBody, isAnswerCut }: Exchange): Promise<Buffer> {
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
