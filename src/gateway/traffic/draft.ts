// Makes of a request and what became of it the exchange that is written down.
import type { IncomingMessage } from 'node:http';
import type { Draft } from '../exchange.js';
import { findSubject, readFacts, readWebhook } from '../form.js';
import { findHeader } from '../headers.js';
import { splitTarget } from '../verdict/candidates.js';
import { judge } from '../verdict/judge.js';
import type { Seal, SignedRequest, Verdict } from '../verdict/verdict.js';
import type { Outcome } from './pass.js';
import { hasBody } from './read.js';

/** A request that came. */
export interface Visit {
  readonly incoming: IncomingMessage;
  readonly kind: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** On the monotonic clock. */
  readonly start: number;
  readonly seal: Seal;
}

/** A webhook that was read. */
export interface Read {
  readonly body: Buffer;
  readonly signed: SignedRequest;
  readonly isValid: boolean;
}

/** See the head of this file. */
export interface Drafter {
  passed(visit: Visit, outcome: Outcome, read?: Read): Draft;
  /** @param read what came, when it was read */
  refused(visit: Visit, why: string, read?: Omit<Read, 'isValid'>): Draft;
}

const NOTHING = Buffer.alloc(0);
/** Bytes of a target and of a body that are kept of what was refused. */
const [TARGET, BODY] = [2048, 16 * 1024] as const;
/** How many wrong signatures a second are looked into: each takes some milliseconds. */
const EXPLAINED = 20;

/** Makes one. */
export function createDrafter(now: () => number): Drafter {
  const mayExplain = createBudget(EXPLAINED, now);

  function judgeSigned(signed: SignedRequest, seal: Seal, isValid: boolean): Verdict {
    return judge(signed, seal, isValid, isValid || mayExplain());
  }

  return {
    passed: (visit, outcome, read) => ({
      ...describe(visit, read?.signed),
      status: outcome.status,
      verdict: read ? judgeSigned(read.signed, visit.seal, read.isValid) : unsigned(visit),
      error: outcome.error,
      refusal: null,
      requestHeaders: visit.incoming.rawHeaders,
      requestBody: read?.body ?? NOTHING,
      isRequestCut: false,
      answerHeaders: outcome.headers,
      answerBody: outcome.body,
      isAnswerCut: outcome.isCut,
    }),
    refused: (visit, why, read) => ({
      ...describe(visit, read?.signed),
      target: (visit.incoming.url ?? '').slice(0, TARGET),
      status: 404,
      verdict: read ? judgeSigned(read.signed, visit.seal, false) : unsigned(visit),
      error: null,
      refusal: why,
      requestHeaders: read ? visit.incoming.rawHeaders : [],
      requestBody: read ? Buffer.from(read.body.subarray(0, BODY)) : NOTHING,
      isRequestCut: read ? read.body.length > BODY : hasBody(visit.incoming),
      answerHeaders: [],
      answerBody: NOTHING,
      isAnswerCut: false,
    }),
  };
}

function describe({ incoming, kind, at, start, seal }: Visit, signed: SignedRequest | undefined) {
  const { method = '', url = '', rawHeaders } = incoming;
  const parameters = readWebhook(url, signed?.parameters ?? {});
  return {
    kind,
    at,
    duration: performance.now() - start,
    method,
    target: url,
    ...readFacts(parameters),
    subject: signed ? findSubject(splitTarget(url).pathname, rawHeaders, parameters) : null,
    remote: findRemote(incoming),
    app: seal.app,
    publicBase: seal.publicBase,
    replayOf: null,
  };
}

/** A tunnel says who asked it, behind whatever the caller claims itself. */
function findRemote({ rawHeaders, socket }: IncomingMessage): string {
  const told = findHeader(rawHeaders, 'x-forwarded-for')?.split(',').at(-1)?.trim();
  return told || (socket.remoteAddress ?? '');
}

function unsigned({ incoming, seal }: Visit): Verdict {
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
