// An exchange: one recorded request with its answer and the signature verdict, and filtering exchanges.
import type { Verdict } from './verdict.js';

/** The kind of a request for a WebSocket, of which only the beginning is recorded. */
export const SOCKET_KIND = 'websocket';
/** The kind of a request for a vCard. */
export const CARD_KIND = 'card';
/** The kind of a request for a file that TwiML has named. */
export const MEDIA_KIND = 'media';
/** The kind of a request to Twilio's REST API. */
export const REST_KIND = 'rest';

/** True for the kind of a request that Twilio does not sign: it fetches a vCard, or a file that TwiML has named. */
export function isFileKind(kind: string): boolean {
  return kind === CARD_KIND || kind === MEDIA_KIND;
}

/** Who sent a request: Twilio, a `webhook` to the app; or the app, a `rest` request to Twilio. */
export type Direction = 'webhook' | 'rest';

/** An exchange without its headers and bodies. Phone numbers are complete; the output shortens them. */
export interface ExchangeSummary {
  /** Increases over forwarded and refused exchanges together. */
  readonly id: number;
  /** Absent in exchanges of the gateway, which are webhooks. */
  readonly direction?: Direction;
  /** The trace in the sandbox; absent in exchanges of the gateway, which knows none. */
  readonly traceId?: string | null;
  /** The id of the sandbox's event about this request: `webhook.began`, `request.in` or `fault.hit`. */
  readonly eventId?: number | null;
  /**
   * In the gateway: what the path is for, such as `inbound_sms`; `card` for a vCard, `media`, `websocket`, `path` for any
   * other. In the sandbox: the purpose of the webhook, such as `inbound-text`; `rest` for a REST request.
   */
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
  /**
   * Why there is no complete answer, or why the sandbox takes the answer for a failure, as the rest of "the app …"; null
   * if all is well.
   */
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
  /** What the answer or the signature shows to be wrong. Absent if nothing is. */
  readonly findings?: readonly ExchangeFinding[];
}

/** Something wrong with an answer, or with the signature of the request. Scripts rely on the ids. */
export interface ExchangeFinding {
  readonly id: 'host-refused' | 'airplay' | 'csrf' | 'redirect' | 'loop' | 'signature';
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
  /** True if the body of the answer was decoded already, whatever its headers say. */
  readonly isAnswerDecoded?: boolean;
  /** The same for all attempts of one webhook; null if nothing identifies the webhook. */
  readonly subject: string | null;
}

/** An exchange without its final id and attempt, which the recorder sets, and without late findings and a late verdict. */
export interface NewExchange extends Exchange {
  readonly summary: Omit<ExchangeSummary, 'id' | 'attempt' | 'verdict' | 'findings'> & {
    id: number;
    attempt: number;
    verdict: Verdict;
    findings?: readonly ExchangeFinding[];
  };
}

/** A filter of exchanges. All given conditions must hold. */
export interface ExchangeFilter {
  readonly direction?: Direction | undefined;
  /** The id of a trace. */
  readonly trace?: string | undefined;
  /** A part of the request target. */
  readonly path?: string | undefined;
  /** A status such as `404`, or a class such as `4xx`. */
  readonly status?: string | undefined;
  readonly sid?: string | undefined;
  /** The sender or the recipient. */
  readonly number?: string | undefined;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
  /**
   * Only failed ones: no answer, 3xx, 4xx, 5xx, another finding, or a signature that is not valid. A REST request has no
   * signature, and its answer may be 3xx.
   */
  readonly failed?: boolean | undefined;
  /** Refused ones instead of forwarded ones. */
  readonly refused?: boolean | undefined;
  /** Only exchanges with a lower id, for the next page. */
  readonly before?: number | undefined;
  /** At most this many, the newest. */
  readonly limit?: number | undefined;
}

/** True if an exchange matches a filter. */
export function isMatch(summary: ExchangeSummary, filter: ExchangeFilter): boolean {
  const { direction, trace, path, status, sid, number, since, failed, refused, before } = filter;
  return (
    (direction === undefined || (summary.direction ?? 'webhook') === direction) &&
    (trace === undefined || summary.traceId === trace) &&
    (before === undefined || summary.id < before) &&
    (summary.refusal !== null) === (refused ?? false) &&
    (since === undefined || summary.at >= since) &&
    (path === undefined || summary.target.includes(path)) &&
    (status === undefined || isStatus(summary.status, status)) &&
    (sid === undefined || Object.values(summary.sids).includes(sid)) &&
    (number === undefined || summary.from === number || summary.to === number) &&
    (!failed || isFailedExchange(summary))
  );
}

function isStatus(status: number | null, wanted: string): boolean {
  return wanted.endsWith('xx')
    ? String(status ?? '').startsWith(wanted.slice(0, 1))
    : String(status) === wanted;
}

/** True if an exchange went wrong, as {@link ExchangeFilter.failed} says. */
export function isFailedExchange({
  status,
  error,
  verdict,
  kind,
  findings,
}: Pick<ExchangeSummary, 'status' | 'error' | 'verdict' | 'kind' | 'findings'>): boolean {
  const needsSignature = !isFileKind(kind) && kind !== REST_KIND;
  const isWrong = verdict.result === 'invalid' || (verdict.result === 'unsigned' && needsSignature);
  // Twilio follows a redirect to a file, and loses nothing by it; its own API redirects to media.
  const isBad = status === null || status >= (needsSignature ? 300 : 400);
  return error !== null || isBad || isWrong || (findings?.length ?? 0) > 0;
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
