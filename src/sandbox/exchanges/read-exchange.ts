// Reads a raw exchange of the sandbox into the form that it shares with the gateway.
import { type Exchange, type ExchangeSummary, REST_KIND } from '../../exchanges/exchange.js';
import { findHeader, formatHeaderPairs } from '../../exchanges/headers.js';
import {
  isForm,
  readIdentifiers,
  readParameters,
  readWebhookParameters,
  splitTarget,
  type WebhookParameters,
} from '../../exchanges/parameters.js';
import type { Verdict } from '../../exchanges/verdict.js';
import type { RawHeaders, RestExchange, SandboxExchange, WebhookExchange } from './exchange-log.js';

/** What reading exchanges needs. */
export interface ReadExchangeDeps {
  /** Where the sandbox listens. */
  readonly origin: () => string;
  /** Returns the `X-Twilio-Signature` of a request about the message or call `sid`. */
  readonly sign: (url: string, parameters: readonly (readonly [string, string])[], sid: string) => string;
}

/** Reads an exchange. All of its bodies are there, and no secret is hidden. */
export function readExchange(raw: SandboxExchange, deps: ReadExchangeDeps): Exchange {
  const answerHeaders = toPairs(raw.answerHeaders);
  const coding = findHeader(answerHeaders, 'content-encoding')?.toLowerCase() ?? 'identity';
  return {
    summary: readSummary(raw, deps),
    requestHead: formatHeaderPairs(readRequestHeaders(raw)),
    requestBody: Buffer.from(raw.requestBody),
    isRequestCut: raw.isRequestCut,
    answerHead: formatHeaderPairs(answerHeaders),
    answerBody: Buffer.from(raw.answerBody),
    isAnswerCut: raw.isAnswerCut,
    isAnswerDecoded: ['gzip', 'identity'].includes(coding),
    subject: null,
  };
}

/** Reads the summary of an exchange. No secret is hidden. */
export function readSummary(raw: SandboxExchange, deps: ReadExchangeDeps): ExchangeSummary {
  const headers = readRequestHeaders(raw);
  const form = isForm(findHeader(headers, 'content-type')) ? readParameters(raw.requestBody) : {};
  return raw.direction === 'webhook' ? readWebhook(raw, headers, form, deps) : readRest(raw, form, deps);
}

function readRequestHeaders(raw: SandboxExchange): readonly string[] {
  return raw.direction === 'rest' ? withOwnLength(raw) : toPairs(raw.requestHeaders);
}

function readWebhook(
  raw: WebhookExchange,
  headers: readonly string[],
  form: WebhookParameters,
  { sign }: ReadExchangeDeps,
): ExchangeSummary {
  const { origin, target } = splitUrl(raw.url);
  const { sids, from, to } = readIdentifiers(readWebhookParameters(target, form));
  const isKnown = Object.values(sids).includes(raw.sid);
  const pairs = isForm(findHeader(headers, 'content-type')) ? listPairs(raw.requestBody) : [];
  const verdict = readVerdict(origin + target, findHeader(headers, 'x-twilio-signature'), () =>
    sign(origin + target, pairs, raw.sid),
  );
  return {
    ...summarize(raw),
    direction: 'webhook',
    kind: raw.purpose,
    attempt: raw.attempt,
    target,
    sids: isKnown ? sids : { ...sids, Sid: raw.sid },
    from,
    to,
    verdict,
    error: raw.error === null ? null : describeWebhookError(raw.status, raw.error),
    remote: raw.replayOf === null ? 'sandbox' : 'replay',
    app: origin,
    publicBase: origin,
    replayOf: raw.replayOf,
  };
}

function describeWebhookError(status: number | null, error: string): string {
  return status === null ? `gave no complete answer: ${error}` : `gave an answer that fails: ${error}`;
}

function readVerdict(computedUrl: string, given: string | undefined, sign: () => string): Verdict {
  const isValid = given !== undefined && given === sign();
  const shared = { computedUrl, token: null };
  if (isValid) return { result: 'valid', reasons: [], signedUrl: computedUrl, ...shared };
  if (given === undefined)
    return { result: 'unsigned', reasons: ['no signature'], signedUrl: null, ...shared };
  return { result: 'invalid', reasons: ['altered body or unknown token'], signedUrl: null, ...shared };
}

function readRest(raw: RestExchange, form: WebhookParameters, { origin }: ReadExchangeDeps): ExchangeSummary {
  const { target } = raw;
  const { sids, from, to } = readIdentifiers(readWebhookParameters(target, form));
  return {
    ...summarize(raw),
    direction: 'rest',
    kind: REST_KIND,
    attempt: 1,
    target,
    sids: { ...sids, ...findPathSids(target), ...findCreatedSid(raw) },
    from,
    to,
    verdict: {
      result: 'unsigned',
      reasons: [],
      signedUrl: null,
      computedUrl: origin() + target,
      token: null,
    },
    error: raw.error === null ? null : `got no answer: ${raw.error}`,
    remote: raw.remote,
    app: origin(),
    publicBase: origin(),
    replayOf: null,
  };
}

function summarize({ id, at, durationMs, trace, method, status }: SandboxExchange) {
  return {
    id,
    traceId: trace.traceId,
    eventId: trace.cause,
    at,
    duration: durationMs,
    method,
    status,
    refusal: null,
  };
}

const SID_IN_PATH = /^([A-Z]{2}[0-9a-f]{32})(?:\.[a-z]+)?$/i;

/** The SIDs of the path, named after the collection before them: `AccountSid`, `MessageSid`. */
function findPathSids(target: string): Record<string, string> {
  const parts = splitTarget(target).pathname.split('/');
  const sids: Record<string, string> = {};
  for (const [at, part] of parts.entries()) {
    const sid = SID_IN_PATH.exec(part)?.[1];
    if (sid !== undefined) sids[`${(parts[at - 1] ?? '').replace(/s$/, '')}Sid`] = sid;
  }
  return sids;
}

const CREATED_SID = /"sid":"([A-Z]{2}[0-9a-f]{32})"/i;

/** The SID of the resource that the request created. */
function findCreatedSid({ status, answerBody }: RestExchange): Record<string, string> {
  const sid =
    status === 201 && typeof answerBody === 'string' ? CREATED_SID.exec(answerBody)?.[1] : undefined;
  return sid === undefined ? {} : { Sid: sid };
}

/** The log keeps one copy of headers that differ only in their `Content-Length`. Of an unread body it is unknown. */
function withOwnLength({ requestHeaders, requestBody, isRequestCut }: RestExchange): string[] {
  const headers = toPairs(requestHeaders);
  return headers.flatMap((name, at) => {
    if (at % 2 === 1) return [];
    const isLength = name.toLowerCase() === 'content-length';
    if (!isLength) return [name, headers[at + 1] ?? ''];
    return isRequestCut ? [] : [name, String(Buffer.byteLength(requestBody))];
  });
}

/** Splits a URL into its origin and its target as they are written, without user and password: so Twilio signs it. */
function splitUrl(url: string): { readonly origin: string; readonly target: string } {
  const [, scheme = '', authority = '', target = ''] = /^(https?:\/\/)([^/?#]*)(.*)$/is.exec(url) ?? [];
  return { origin: scheme + authority.slice(authority.lastIndexOf('@') + 1), target };
}

function listPairs(form: string): [string, string][] {
  return [...new URLSearchParams(form)];
}

function toPairs(headers: RawHeaders): readonly string[] {
  if (isPairs(headers)) return headers;
  return Object.entries(headers).flatMap(([name, values]) =>
    values === undefined ? [] : [values].flat().flatMap((value) => [name, value]),
  );
}

function isPairs(headers: RawHeaders): headers is readonly string[] {
  return Array.isArray(headers);
}
