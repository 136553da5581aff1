// Handles each request from outside: forwards signed webhooks, vCards and media, answers the proof, refuses the rest.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExchangeFinding, NewExchange } from '../../exchanges/exchange.js';
import { isFileKind } from '../../exchanges/exchange.js';
import { type BodyFault, type BodyReader, MAX_UNSIGNED_BODY_BYTES } from '../../http/body-reader.js';
import { trustConnection, wasDropped } from '../../http/connection-limit.js';
import type { Upstream } from '../../http/upstream.js';
import { hasTooManyParameters } from '../../twilio/signature.js';
import type { GatewayEvent } from '../events.js';
import { anyHeader, buildRequestHeaders, fetchHeader, webhookHeader } from '../headers.js';
import type { AccountUrls } from '../signature/account-urls.js';
import type { SigningKeys } from '../signature/signed-request.js';
import { matchSignature } from '../signature/verify-signature.js';
import type { Allowlist } from './allowlist.js';
import {
  createExchangeBuilder,
  findRemote,
  type IncomingRequest,
  type ReadWebhook,
  type Refusal,
} from './exchange-builder.js';
import { type ForwardResult, forwardRequest } from './forward.js';
import { createUpgradeHandler, type UpgradeHandler } from './incoming-upgrade.js';
import { createLoopMark } from './loop.js';
import type { MediaFiles } from './media-files.js';
import type { Prover } from './proof.js';
import { hasBody, hasSignature, readSignedRequest } from './read-webhook.js';
import { CAME_BACK, createUnsignedRequests, findAmbiguity, INVALID_SIGNATURE, NO_ROOM } from './refusals.js';

interface RequestHandlerOptions {
  readonly app: string;
  /** For requests with a valid signature. */
  readonly signedUpstream: Upstream;
  /** For all others that are forwarded. */
  readonly unsignedUpstream: Upstream;
  /** How many requests without a valid signature may be on their way to the app. */
  readonly maxUnsigned: number;
  readonly prover: Prover;
  readonly allowlist: Allowlist;
  readonly media: MediaFiles;
  readonly reader: BodyReader;
  readonly exposeAll: boolean;
  readonly signing: () => SigningKeys;
  /** @param inspects undefined for a refused request; `webhook` for one from Twilio, `other` for a stranger's */
  readonly record: (exchange: NewExchange, inspects?: 'webhook' | 'other') => void;
  /** Takes an exchange that was recorded and has changed. @param found its new findings */
  readonly update: (exchange: NewExchange, found: readonly ExchangeFinding[]) => void;
  readonly accountUrls: AccountUrls;
  readonly emit: (event: GatewayEvent) => void;
  readonly now: () => number;
}

interface RequestHandlers {
  readonly listener: RequestListener;
  readonly upgrade: UpgradeHandler;
}

/** Creates the listeners for requests and for protocol upgrades. */
export function createRequestHandlers(options: RequestHandlerOptions): RequestHandlers {
  const { prover, allowlist, media, reader, exposeAll, signing, record, emit, now } = options;
  const appMonitor = createAppMonitor(options.app, emit);
  const exchangeBuilder = createExchangeBuilder(options);
  const parseBase = createUrlCache();
  const loop = createLoopMark();
  const unsigned = createUnsignedRequests(options.maxUnsigned);

  function describe(incoming: IncomingMessage, kind: string): IncomingRequest {
    const remote = findRemote(incoming);
    return { incoming, kind, at: now(), start: performance.now(), signing: signing(), remote };
  }

  function refuse(request: IncomingRequest, outgoing: ServerResponse, refusal: Refusal): void {
    refuseRequest(request.incoming, outgoing, refusal.status);
    // After the answer: to explain a wrong signature takes longer than to refuse the request.
    record(exchangeBuilder.refused(request, refusal));
  }

  /** @param isKnown true if the TwiML app or a number names the path */
  function receiveWebhook(request: IncomingRequest, outgoing: ServerResponse, isKnown: boolean): void {
    const { incoming } = request;
    const onBody = (body: Buffer) => {
      if (hasTooManyParameters(body))
        return refuse(request, outgoing, { status: 404, why: 'it has too many parameters' });
      const signed = readSignedRequest(incoming, body);
      const match = matchSignature(signed, request.signing);
      const read = { body, signed, match };
      const why = match === 'none' ? INVALID_SIGNATURE : isKnown ? undefined : findAmbiguity(incoming);
      if (why === undefined) forwardSigned(request, outgoing, read);
      else if (exposeAll) forwardUnsigned(request, outgoing, read);
      else if (isMediaFetch(incoming)) forwardUnsigned({ ...request, kind: 'media' }, outgoing);
      else refuse(request, outgoing, { status: 404, why, read });
    };
    reader.read(incoming, onBody, (fault) => refuse(request, outgoing, describeFault(fault, incoming)));
  }

  function isMediaFetch(incoming: IncomingMessage): boolean {
    return incoming.method === 'GET' && !hasBody(incoming) && media.has(incoming.url ?? '');
  }

  function forwardSigned(request: IncomingRequest, outgoing: ServerResponse, read: ReadWebhook): void {
    const { incoming } = request;
    trustConnection(incoming.socket);
    const headers = loop.mark(buildRequestHeaders(incoming.rawHeaders, baseOf(request), webhookHeader));
    const body = read.body.length > 0 ? read.body : null;
    forwardRequest(
      options.signedUpstream,
      { incoming, outgoing, headers, body, keptBytes: MAX_UNSIGNED_BODY_BYTES },
      (outcome) => {
        appMonitor.observe(outcome);
        media.learn(outcome, request.signing.publicBase + read.signed.target);
        record(exchangeBuilder.passed(request, outcome, read), 'webhook');
      },
    );
  }

  /** @param read the webhook, if the request is one whose body was read; otherwise the body streams through */
  function forwardUnsigned(request: IncomingRequest, outgoing: ServerResponse, read?: ReadWebhook): void {
    const { incoming, kind } = request;
    if (unsigned.isFull()) {
      refuse(request, outgoing, { ...NO_ROOM, ...(read && { read }) });
      return;
    }
    unsigned.enter();
    const isFile = isFileKind(kind);
    const headers = loop.mark(
      buildRequestHeaders(incoming.rawHeaders, baseOf(request), isFile ? fetchHeader : anyHeader),
    );
    const isRecorded = isFile || read !== undefined;
    const streamed = hasBody(incoming) ? incoming : null;
    const body = read ? (read.body.length > 0 ? read.body : null) : streamed;
    forwardRequest(
      options.unsignedUpstream,
      { incoming, outgoing, headers, body, keptBytes: isRecorded ? MAX_UNSIGNED_BODY_BYTES : 0 },
      (outcome) => {
        unsigned.leave();
        appMonitor.observe(outcome);
        if (isRecorded) record(exchangeBuilder.passed(request, outcome, read), 'other');
      },
    );
  }

  function baseOf({ signing: { publicBase } }: IncomingRequest): URL {
    return parseBase(publicBase);
  }

  function answerProof(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const answer = prover.find(incoming.url ?? '');
    if (answer === undefined || incoming.method !== 'GET') {
      refuseRequest(incoming, outgoing, 404);
      return;
    }
    outgoing
      .writeHead(200, {
        'Content-Type': 'text/plain',
        'Content-Length': answer.length,
        'Cache-Control': 'no-store',
      })
      .end(answer);
  }

  return {
    listener: (incoming, outgoing) => {
      if (closing.has(incoming.socket)) return;
      if (loop.isMarked(incoming)) return refuse(describe(incoming, 'path'), outgoing, CAME_BACK);
      const match = allowlist.find(incoming.method ?? '', incoming.url ?? '', hasSignature(incoming));
      if (match.route === 'webhook' || match.route === 'signed')
        receiveWebhook(describe(incoming, match.kind), outgoing, match.route === 'webhook');
      else if (match.route === 'proof') answerProof(incoming, outgoing);
      else if (match.route === 'refused')
        refuse(describe(incoming, 'path'), outgoing, { status: 404, why: match.why });
      else if (match.route === 'file' && hasBody(incoming))
        refuse(describe(incoming, match.kind), outgoing, { status: 404, why: 'it has a body' });
      else forwardUnsigned(describe(incoming, match.kind), outgoing);
    },
    upgrade: createUpgradeHandler({
      ...options,
      loop,
      unsigned,
      exchangeBuilder,
      describe,
      baseOf,
      observe: appMonitor.observe,
    }),
  };
}

const FAULTS: Readonly<Record<BodyFault, Refusal>> = {
  'too-long': { status: 404, why: 'its body is too long' },
  'too-slow': { status: 404, why: 'its body arrived too slowly' },
  'ended-early': { status: 404, why: 'its body ended early' },
  'no-room': NO_ROOM,
};

function describeFault(fault: BodyFault, { socket }: IncomingMessage): Refusal {
  return wasDropped(socket) ? { status: 503, why: 'too many connections at once' } : FAULTS[fault];
}

/** Parses the public base only if it has changed. */
function createUrlCache(): (base: string) => URL {
  let [text, url] = ['', new URL('http://unused')];
  return (base) => {
    if (base !== text) [text, url] = [base, new URL(base)];
    return url;
  };
}

/** How long a client that is still sending may take to read the refusal. */
const LINGER_MS = 500;

/** Connections with a refused request: what was sent behind it is not looked at. */
const closing = new WeakSet<Duplex>();

/**
 * Answers 404, 503 while there is no room, or 508 in a loop, and closes the connection. To strangers the answer never
 * depends on the reason.
 */
function refuseRequest(incoming: IncomingMessage, outgoing: ServerResponse, status: Refusal['status']): void {
  closing.add(incoming.socket);
  outgoing.sendDate = false;
  outgoing.writeHead(status, ['Content-Length', '0', 'Connection', 'close']).end();
  if (incoming.complete) return;
  const cut = setTimeout(() => incoming.socket.destroy(), LINGER_MS);
  incoming.once('close', () => clearTimeout(cut)).resume();
}

interface AppMonitor {
  observe(outcome: Pick<ForwardResult, 'isDown' | 'error'>): void;
}

/** Emits `app-down` and `app-up`, each once per change. */
function createAppMonitor(app: string, emit: (event: GatewayEvent) => void): AppMonitor {
  let wasDown = false;
  return {
    observe: ({ isDown, error }) => {
      if (isDown && !wasDown) emit({ kind: 'app-down', app, why: error ?? 'is not there' });
      else if (wasDown && error === null) emit({ kind: 'app-up', app });
      wasDown = isDown || (wasDown && error !== null);
    },
  };
}
