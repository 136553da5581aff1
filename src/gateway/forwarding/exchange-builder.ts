// Makes of a request and what became of it the exchange that is written down.
import type { IncomingMessage } from 'node:http';
import type { SignedParameters } from '../../twilio/signature.js';
import type { ExchangeSummary, NewExchange } from '../exchanges/exchange.js';
import { findWebhookSubject, readFacts, readWebhookParameters } from '../form.js';
import { formatHeaderPairs } from '../headers.js';
import type { SignedRequest, SigningKeys, Verdict } from '../signature/verdict.js';
import { type Fit, verifyExchangeSignature } from '../signature/verify-signature.js';
import type { Outcome } from './forward.js';
import { hasBody } from './read.js';

/** A request that came. */
export interface IncomingRequest {
  readonly incoming: IncomingMessage;
  readonly kind: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** On the monotonic clock. */
  readonly start: number;
  readonly seal: SigningKeys;
}

/** A webhook that was read. */
export interface Read {
  readonly body: Buffer;
  readonly signed: SignedRequest;
  readonly fit: Fit;
}

/** See the head of this file. */
export interface ExchangeBuilder {
  passed(visit: IncomingRequest, outcome: Outcome, read?: Read): NewExchange;
  /** @param read what came, when it was read */
  refused(visit: IncomingRequest, why: string, read?: Omit<Read, 'fit'>): NewExchange;
}

const NOTHING = Buffer.alloc(0);
/** Bytes of a target and of a body that are kept of what was refused. */
const [TARGET, BODY] = [2048, 16 * 1024] as const;
/** Bytes: what Node.js still puts into one piece of memory with others. */
const SHORT = 4096;
/** How many wrong signatures a second are looked into: each takes some milliseconds. */
const EXPLAINED = 20;

/** Makes one. */
export function createExchangeBuilder(now: () => number): ExchangeBuilder {
  const mayExplain = createBudget(EXPLAINED, now);

  function judgeSigned(signed: SignedRequest, seal: SigningKeys, fit: Fit): Verdict {
    return verifyExchangeSignature(signed, seal, fit, fit === 'as it stands' || mayExplain());
  }

  return {
    passed: (visit, outcome, read) => {
      const verdict = read ? judgeSigned(read.signed, visit.seal, read.fit) : unsigned(visit);
      const parameters = read ? readWebhookParameters(read.signed.target, read.signed.parameters) : {};
      return {
        summary: summarize(visit, parameters, {
          verdict,
          status: outcome.status,
          error: outcome.error,
          refusal: null,
        }),
        subject: read ? subjectOf(visit, parameters) : null,
        requestHead: formatHeaderPairs(visit.incoming.rawHeaders),
        requestBody: read ? compact(read.body) : NOTHING,
        isRequestCut: false,
        answerHead: formatHeaderPairs(outcome.headers),
        answerBody: compact(outcome.body),
        isAnswerCut: outcome.isCut,
      };
    },
    refused: (visit, why, read) => {
      const verdict = read ? judgeSigned(read.signed, visit.seal, 'no') : unsigned(visit);
      const parameters = read ? readWebhookParameters(read.signed.target, read.signed.parameters) : {};
      return {
        summary: summarize(visit, parameters, { verdict, status: 404, error: null, refusal: why }),
        subject: null,
        requestHead: read ? formatHeaderPairs(visit.incoming.rawHeaders) : '',
        requestBody: read ? Buffer.from(read.body.subarray(0, BODY)) : NOTHING,
        isRequestCut: read ? read.body.length > BODY : hasBody(visit.incoming),
        answerHead: '',
        answerBody: NOTHING,
        isAnswerCut: false,
      };
    },
  };
}

/** The id and the number of the attempt are given to it when it is written down. */
function summarize(
  { incoming, kind, at, start, seal }: IncomingRequest,
  parameters: SignedParameters,
  { verdict, status, error, refusal }: Pick<ExchangeSummary, 'verdict' | 'status' | 'error' | 'refusal'>,
): NewExchange['summary'] {
  const { method = '', url = '' } = incoming;
  const { sids, from, to } = readFacts(parameters);
  return {
    id: 0,
    attempt: 1,
    kind,
    at,
    duration: performance.now() - start,
    method,
    target: refusal === null ? url : url.slice(0, TARGET),
    status,
    sids,
    from,
    to,
    verdict,
    error,
    refusal,
    remote: findRemote(incoming),
    app: seal.app,
    publicBase: seal.publicBase,
    replayOf: null,
  };
}

/** Twilio's token, else what it is about. */
function subjectOf({ incoming }: IncomingRequest, parameters: SignedParameters): string | null {
  const token = incoming.headers['i-twilio-idempotency-token'];
  return typeof token === 'string' && token !== ''
    ? token
    : findWebhookSubject(incoming.url ?? '', parameters);
}

/** A short body is copied to where others are: alone it costs more to keep. */
function compact(body: Buffer): Buffer {
  return body.length < SHORT ? Buffer.from(body) : body;
}

/** A tunnel says who asked it, behind whatever the caller claims itself. */
function findRemote({ headers, socket }: IncomingMessage): string {
  const told = headers['x-forwarded-for'];
  const last = typeof told === 'string' ? told.slice(told.lastIndexOf(',') + 1).trim() : '';
  return last || (socket.remoteAddress ?? '');
}

function unsigned({ incoming, seal }: IncomingRequest): Verdict {
  const computedUrl = seal.publicBase + (incoming.url ?? '').slice(0, TARGET);
  return { result: 'unsigned', reasons: [], signedUrl: null, computedUrl, token: null };
}

/** Says yes so many times a second. */
function createBudget(perSecond: number, now: () => number): () => boolean {
  let [second, used] = [0, 0];
  return () => {
    const current = Math.floor(now() / 1000);
    if (current !== second) [second, used] = [current, 0];
    used += 1;
    return used <= perSecond;
  };
}
