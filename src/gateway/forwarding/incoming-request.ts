// Handles each request from outside: forwards signed webhooks and vCards, answers the proof, refuses the rest.
import { type IncomingMessage, type RequestListener, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type BodyFault, type BodyReader, MAX_UNSIGNED_BODY_BYTES } from '../../http/body-reader.js';
import { trustConnection, wasDropped } from '../../http/connection-limit.js';
import { passUpgrade } from '../../http/upgrade.js';
import { describeFailure, type Upstream } from '../../http/upstream.js';
import { hasTooManyParameters } from '../../twilio/signature.js';
import type { GatewayEvent } from '../events.js';
import type { NewExchange } from '../exchanges/exchange.js';
import { LOOP_STATUS } from '../exchanges/findings.js';
import { anyHeader, buildRequestHeaders, fetchHeader, findHeader, webhookHeader } from '../headers.js';
import type { SigningKeys } from '../signature/verdict.js';
import { matchSignature } from '../signature/verify-signature.js';
import { type Allowlist, type AllowlistMatch, CARD_KIND } from './allowlist.js';
import {
  createExchangeBuilder,
  findRemote,
  type IncomingRequest,
  type ReadWebhook,
  type Refusal,
} from './exchange-builder.js';
import { type ForwardResult, forwardRequest } from './forward.js';
import { createLoopMark } from './loop.js';
import type { Prover } from './proof.js';
import { hasBody, readSignedRequest } from './read-webhook.js';

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
  readonly reader: BodyReader;
  readonly exposeAll: boolean;
  readonly signing: () => SigningKeys;
  /** @param inspects undefined for a refused request; `webhook` for one from Twilio, `other` for a stranger's */
  readonly record: (exchange: NewExchange, inspects?: 'webhook' | 'other') => void;
  readonly emit: (event: GatewayEvent) => void;
  readonly now: () => number;
}

interface RequestHandlers {
  readonly listener: RequestListener;
  readonly upgrade: (incoming: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** Creates the listeners for requests and for protocol upgrades. */
export function createRequestHandlers(options: RequestHandlerOptions): RequestHandlers {
  const { prover, allowlist, reader, exposeAll, signing, record, emit, now } = options;
  const appMonitor = createAppMonitor(options.app, emit);
  const exchangeBuilder = createExchangeBuilder(now);
  const parseBase = createUrlCache();
  const loop = createLoopMark();
  let unsignedInFlight = 0;

  function describe(incoming: IncomingMessage, kind: string): IncomingRequest {
    const remote = findRemote(incoming);
    return { incoming, kind, at: now(), start: performance.now(), signing: signing(), remote };
  }

  function refuse(request: IncomingRequest, outgoing: ServerResponse, refusal: Refusal): void {
    refuseRequest(request.incoming, outgoing, refusal.status);
    // After the answer: to explain a wrong signature takes longer than to refuse the request.
    record(exchangeBuilder.refused(request, refusal));
  }

  function receiveWebhook(incoming: IncomingMessage, outgoing: ServerResponse, kind: string): void {
    const request = describe(incoming, kind);
    const onBody = (body: Buffer) => {
      if (hasTooManyParameters(body))
        return refuse(request, outgoing, { status: 404, why: 'it has too many parameters' });
      const signed = readSignedRequest(incoming, body);
      const match = matchSignature(signed, request.signing);
      const read = { body, signed, match };
      if (match !== 'none') forwardSigned(request, outgoing, read);
      else if (exposeAll) forwardUnsigned(request, outgoing, read);
      else refuse(request, outgoing, { status: 404, why: 'its signature is not valid', read });
    };
    reader.read(incoming, onBody, (fault) => refuse(request, outgoing, describeFault(fault, incoming)));
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
        record(exchangeBuilder.passed(request, outcome, read), 'webhook');
      },
    );
  }

  /** @param read the webhook, if the request is one whose body was read; otherwise the body streams through */
  function forwardUnsigned(request: IncomingRequest, outgoing: ServerResponse, read?: ReadWebhook): void {
    const { incoming, kind } = request;
    if (unsignedInFlight >= options.maxUnsigned) {
      refuse(request, outgoing, { ...NO_ROOM, ...(read && { read }) });
      return;
    }
    unsignedInFlight += 1;
    const isCard = kind === CARD_KIND;
    const headers = loop.mark(
      buildRequestHeaders(incoming.rawHeaders, baseOf(request), isCard ? fetchHeader : anyHeader),
    );
    const isRecorded = isCard || read !== undefined;
    const streamed = hasBody(incoming) ? incoming : null;
    const body = read ? (read.body.length > 0 ? read.body : null) : streamed;
    forwardRequest(
      options.unsignedUpstream,
      { incoming, outgoing, headers, body, keptBytes: isRecorded ? MAX_UNSIGNED_BODY_BYTES : 0 },
      (outcome) => {
        unsignedInFlight -= 1;
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
      const match = allowlist.find(incoming.method ?? '', incoming.url ?? '');
      if (match.route === 'webhook') receiveWebhook(incoming, outgoing, match.kind);
      else if (match.route === 'proof') answerProof(incoming, outgoing);
      else if (match.route === 'refused')
        refuse(describe(incoming, 'path'), outgoing, { status: 404, why: match.why });
      else if (match.route === 'vcard' && hasBody(incoming))
        refuse(describe(incoming, match.kind), outgoing, { status: 404, why: 'it has a body' });
      else forwardUnsigned(describe(incoming, match.kind), outgoing);
    },
    upgrade: (incoming, socket, begun) => {
      const { method = 'GET', url: target = '', rawHeaders } = incoming;
      const request = describe(incoming, 'path');
      const match = allowlist.find(method, target);
      const refusal = loop.isMarked(incoming) ? CAME_BACK : findUpgradeRefusal(match);
      if (refusal) {
        refuseUpgrade(socket, refusal.status);
        record(exchangeBuilder.refused(request, refusal));
        return;
      }
      unsignedInFlight += 1;
      socket.once('close', () => {
        unsignedInFlight -= 1;
      });
      // It waits for no request any more.
      trustConnection(socket);
      const headers = loop.mark(buildRequestHeaders(rawHeaders, baseOf(request), anyHeader));
      headers.push('Connection', 'Upgrade', 'Upgrade', findHeader(rawHeaders, 'upgrade') ?? '');
      passUpgrade({ origin: options.app, method, target, headers, firstBytes: begun }, socket, (error) => {
        socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        appMonitor.observe({ isDown: true, error: describeFailure(error) });
      });
    },
  };

  function findUpgradeRefusal(match: AllowlistMatch): Refusal | undefined {
    if (match.route === 'refused') return { status: 404, why: match.why };
    if (!exposeAll || match.route === 'proof') return { status: 404, why: 'it asks for another protocol' };
    return unsignedInFlight >= options.maxUnsigned ? NO_ROOM : undefined;
  }
}

const CAME_BACK = {
  status: LOOP_STATUS,
  why: 'it came back: the address of the app leads to this gateway',
} as const;
const NO_ROOM = { status: 503, why: 'too many requests at once' } as const;

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

/** Refuses a protocol upgrade with the same bytes. */
function refuseUpgrade(socket: Duplex, status: Refusal['status']): void {
  socket.on('error', () => undefined);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}`;
  socket.end(`${head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
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
