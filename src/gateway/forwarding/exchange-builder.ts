// Builds the exchange of a request that was forwarded or refused.
import type { IncomingMessage } from 'node:http';
import {
  type ExchangeFinding,
  type ExchangeSummary,
  type NewExchange,
  SOCKET_KIND,
} from '../../exchanges/exchange.js';
import { formatHeaderPairs } from '../../exchanges/headers.js';
import { findWebhookSubject, readIdentifiers, readWebhookParameters } from '../../exchanges/parameters.js';
import type { Verdict } from '../../exchanges/verdict.js';
import type { SignedParameters } from '../../twilio/signature.js';
import type { LOOP_STATUS } from '../exchanges/findings.js';
import type { AccountUrls } from '../signature/account-urls.js';
import type { SignedRequest, SigningKeys } from '../signature/signed-request.js';
import { toSocketKeys } from '../signature/socket-url.js';
import {
  type ExplainedVerdict,
  type SignatureMatch,
  verifyExchangeSignature,
} from '../signature/verify-signature.js';
import type { ForwardResult } from './forward.js';
import { hasBody } from './read-webhook.js';

/** A request from outside. */
export interface IncomingRequest {
  readonly incoming: IncomingMessage;
  readonly kind: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds on the monotonic clock. */
  readonly start: number;
  readonly signing: SigningKeys;
  /** The client's address. A closed connection has none. */
  readonly remote: string;
}

/** A webhook whose body was read, or a signed request for a WebSocket, which has none. */
export interface ReadWebhook {
  readonly body: Buffer;
  readonly signed: SignedRequest;
  readonly match: SignatureMatch;
}

/** How a request was refused. */
export interface Refusal {
  readonly status: 404 | 503 | typeof LOOP_STATUS;
  readonly why: string;
  /** The webhook, if its body was read. */
  readonly read?: ReadWebhook;
}

/** Builds exchanges. */
export interface ExchangeBuilder {
  passed(request: IncomingRequest, outcome: ForwardResult, read?: ReadWebhook): NewExchange;
  refused(request: IncomingRequest, refusal: Refusal): NewExchange;
}

const EMPTY = Buffer.alloc(0);
/** How much is kept of the target and the body of a refused request. */
const [MAX_TARGET_LENGTH, MAX_REFUSED_BODY_BYTES] = [2048, 16 * 1024] as const;
/** Below this size Node.js allocates a buffer from its pool. */
const POOLED_BYTES = 4096;
/** The first reason of a signature that nothing explains. */
const UNEXPLAINED = 'altered body or unknown token';
/**
 * How many wrong signatures are explained in a second, and how many signatures may have been computed before another one is:
 * one that nothing explains takes some hundred, up to a thousand, and ten milliseconds or more.
 */
const [MAX_EXPLAINED_PER_SECOND, MAX_ATTEMPTS_PER_SECOND] = [10, 1000] as const;
/** How many requests wait for the URLs of the account: each keeps its body. */
const MAX_WAITING = 20;

interface ExchangeBuilderOptions {
  readonly now: () => number;
  readonly accountUrls: AccountUrls;
  /** Takes an exchange whose signature was explained after it was built. @param found its new findings */
  readonly update: (exchange: NewExchange, found: readonly ExchangeFinding[]) => void;
}

/** Creates a builder, which explains a limited number of wrong signatures per second. */
export function createExchangeBuilder({ now, accountUrls, update }: ExchangeBuilderOptions): ExchangeBuilder {
  const allowance = createAllowance(now);
  let waiting = 0;

  function verify(request: IncomingRequest, read: ReadWebhook | undefined): ExplainedVerdict {
    if (!read) return { verdict: unsignedVerdict(request), finding: undefined, attempts: 0 };
    const { signed, match } = read;
    const isCheap = match === 'exact' || signed.signature === undefined;
    const verified = verifyExchangeSignature(signed, request.signing, match, isCheap || allowance.take());
    allowance.spend(verified.attempts);
    return verified;
  }

  /** If nothing explains the signature, reads the account's URLs anew, and tries once more. */
  function explainLater(
    exchange: NewExchange,
    { signing }: IncomingRequest,
    read: ReadWebhook | undefined,
  ): void {
    const { summary } = exchange;
    if (!read || summary.verdict.reasons[0] !== UNEXPLAINED || waiting >= MAX_WAITING) return;
    const refreshed = accountUrls.refresh();
    if (!refreshed) return;
    waiting += 1;
    void refreshed.then((fault) => {
      waiting -= 1;
      const configured = accountUrls.current();
      const isChanged = JSON.stringify(configured) !== JSON.stringify(signing.configured);
      if ((fault === null && !isChanged) || !allowance.take()) return;
      const { verdict, finding, attempts } = verifyExchangeSignature(
        read.signed,
        { ...signing, configured },
        read.match,
      );
      allowance.spend(attempts);
      if (!finding || (fault === null && verdict.reasons[0] === UNEXPLAINED)) return;
      const what =
        fault === null ? finding.what : `${finding.what}; the URLs at Twilio could not be read: ${fault}`;
      const found = { ...finding, what };
      summary.verdict = verdict;
      summary.findings = [found, ...(summary.findings ?? []).filter(({ id }) => id !== 'signature')];
      update(exchange, [found]);
    });
  }

  return {
    passed: (request, outcome, read) => {
      const duration = performance.now() - request.start;
      const verified = verify(request, read);
      const parameters = read ? readWebhookParameters(read.signed.target, read.signed.parameters) : {};
      const { status, error } = outcome;
      const exchange = {
        summary: summarize(request, parameters, verified, { duration, status, error, refusal: null }),
        subject: read ? findSubject(request, parameters) : null,
        requestHead: formatHeaderPairs(request.incoming.rawHeaders),
        requestBody: read ? compact(read.body) : EMPTY,
        isRequestCut: false,
        answerHead: formatHeaderPairs(outcome.headers),
        answerBody: compact(outcome.body),
        isAnswerCut: outcome.isCut,
      };
      explainLater(exchange, request, read);
      return exchange;
    },
    refused: (request, { status, why, read }) => {
      const duration = performance.now() - request.start;
      const verified = verify(request, read);
      const parameters = read ? readWebhookParameters(read.signed.target, read.signed.parameters) : {};
      const exchange = {
        summary: summarize(request, parameters, verified, { duration, status, error: null, refusal: why }),
        subject: null,
        requestHead: read ? formatHeaderPairs(request.incoming.rawHeaders) : '',
        requestBody: read ? Buffer.from(read.body.subarray(0, MAX_REFUSED_BODY_BYTES)) : EMPTY,
        isRequestCut: read ? read.body.length > MAX_REFUSED_BODY_BYTES : hasBody(request.incoming),
        answerHead: '',
        answerBody: EMPTY,
        isAnswerCut: false,
      };
      explainLater(exchange, request, read);
      return exchange;
    },
  };
}

/** The recorder replaces the id and the attempt. */
function summarize(
  { incoming, kind, at, signing, remote }: IncomingRequest,
  parameters: SignedParameters,
  { verdict, finding }: ExplainedVerdict,
  { duration, status, error, refusal }: Pick<ExchangeSummary, 'duration' | 'status' | 'error' | 'refusal'>,
): NewExchange['summary'] {
  const { method = '', url = '' } = incoming;
  const { sids, from, to } = readIdentifiers(parameters);
  return {
    id: 0,
    attempt: 1,
    kind,
    at,
    duration,
    method,
    target: refusal === null ? url : url.slice(0, MAX_TARGET_LENGTH),
    status,
    sids,
    from,
    to,
    verdict,
    error,
    refusal,
    remote,
    app: signing.app,
    publicBase: signing.publicBase,
    replayOf: null,
    ...(finding && { findings: [finding] }),
  };
}

/** Twilio's idempotency token, or else what the parameters identify. */
function findSubject({ incoming }: IncomingRequest, parameters: SignedParameters): string | null {
  const token = incoming.headers['i-twilio-idempotency-token'];
  return typeof token === 'string' && token !== ''
    ? token
    : findWebhookSubject(incoming.url ?? '', parameters);
}

/** A short body is copied into Node.js's buffer pool, where it needs less memory. */
function compact(body: Buffer): Buffer {
  return body.length < POOLED_BYTES ? Buffer.from(body) : body;
}

/** Returns the client's address: the last one in the header is the tunnel's; a client may forge the ones before. */
export function findRemote({ headers, socket }: IncomingMessage): string {
  const forwarded = headers['x-forwarded-for'];
  const last = typeof forwarded === 'string' ? forwarded.slice(forwarded.lastIndexOf(',') + 1).trim() : '';
  return last || (socket.remoteAddress ?? '');
}

function unsignedVerdict({ incoming, signing, kind }: IncomingRequest): Verdict {
  const { publicBase } = kind === SOCKET_KIND ? toSocketKeys(signing) : signing;
  const computedUrl = publicBase + (incoming.url ?? '').slice(0, MAX_TARGET_LENGTH);
  return { result: 'unsigned', reasons: [], signedUrl: null, computedUrl, token: null };
}

/** What strangers may make the gateway compute. */
interface Allowance {
  /** True if another signature may be explained in this second. */
  take(): boolean;
  /** Counts the signatures that this took. */
  spend(attempts: number): void;
}

function createAllowance(now: () => number): Allowance {
  let [second, explained, spent] = [0, 0, 0];
  return {
    take: () => {
      const current = Math.floor(now() / 1000);
      if (current !== second) [second, explained, spent] = [current, 0, 0];
      explained += 1;
      return explained <= MAX_EXPLAINED_PER_SECOND && spent < MAX_ATTEMPTS_PER_SECOND;
    },
    spend: (attempts) => {
      spent += attempts;
    },
  };
}
