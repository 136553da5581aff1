// Handles each request from outside: forwards signed webhooks and vCards, answers the proof, refuses the rest.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { passUpgrade } from '../../http/upgrade.js';
import { describeFailure, type Upstream } from '../../http/upstream.js';
import type { GatewayEvent } from '../events.js';
import type { NewExchange } from '../exchanges/exchange.js';
import { buildRequestHeaders, findHeader } from '../headers.js';
import type { SigningKeys } from '../signature/verdict.js';
import { matchSignature } from '../signature/verify-signature.js';
import type { Allowlist } from './allowlist.js';
import { createExchangeBuilder, type IncomingRequest, type ReadWebhook } from './exchange-builder.js';
import { type ForwardResult, forwardRequest } from './forward.js';
import type { Prover } from './proof.js';
import { hasBody, MAX_WEBHOOK_BYTES, readSignedRequest, type WebhookReader } from './read-webhook.js';

interface RequestHandlerOptions {
  readonly app: string;
  readonly upstream: Upstream;
  readonly prover: Prover;
  readonly allowlist: Allowlist;
  readonly reader: WebhookReader;
  readonly exposeAll: boolean;
  readonly signing: () => SigningKeys;
  readonly record: (exchange: NewExchange) => void;
  readonly emit: (event: GatewayEvent) => void;
  readonly now: () => number;
}

interface RequestHandlers {
  readonly listener: RequestListener;
  readonly upgrade: (incoming: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** Creates the listeners for requests and for protocol upgrades. */
export function createRequestHandlers(options: RequestHandlerOptions): RequestHandlers {
  const { upstream, prover, allowlist, reader, exposeAll, signing, record, emit, now } = options;
  const appMonitor = createAppMonitor(options.app, emit);
  const exchangeBuilder = createExchangeBuilder(now);
  const parseBase = createUrlCache();

  function describe(incoming: IncomingMessage, kind: string): IncomingRequest {
    return { incoming, kind, at: now(), start: performance.now(), signing: signing() };
  }

  function refuse(
    request: IncomingRequest,
    outgoing: ServerResponse,
    why: string,
    read?: Omit<ReadWebhook, 'match'>,
  ): void {
    refuseRequest(request.incoming, outgoing);
    // Later, because explaining a wrong signature takes longer than refusing the request.
    setImmediate(() => record(exchangeBuilder.refused(request, why, read)));
  }

  function receiveWebhook(incoming: IncomingMessage, outgoing: ServerResponse, kind: string): void {
    const request = describe(incoming, kind);
    const onBody = (body: Buffer) => {
      const signed = readSignedRequest(incoming, body);
      const match = matchSignature(signed, request.signing);
      if (match !== 'none' || exposeAll) forwardWebhook(request, outgoing, { body, signed, match });
      else refuse(request, outgoing, 'its signature is not valid', { body, signed });
    };
    reader.read(incoming, onBody, (why) => refuse(request, outgoing, why));
  }

  function forwardWebhook(request: IncomingRequest, outgoing: ServerResponse, read: ReadWebhook): void {
    const { incoming, signing } = request;
    const headers = buildRequestHeaders(incoming.rawHeaders, parseBase(signing.publicBase));
    const body = read.body.length > 0 ? read.body : null;
    forwardRequest(
      upstream,
      { incoming, outgoing, headers, body, keptBytes: MAX_WEBHOOK_BYTES },
      (outcome) => {
        appMonitor.observe(outcome);
        record(exchangeBuilder.passed(request, outcome, read));
      },
    );
  }

  function streamThrough(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    kind: string,
    isRecorded: boolean,
  ): void {
    const request = describe(incoming, kind);
    const headers = buildRequestHeaders(incoming.rawHeaders, parseBase(request.signing.publicBase));
    const body = hasBody(incoming) ? incoming : null;
    const onEnd = (outcome: ForwardResult) => {
      appMonitor.observe(outcome);
      if (isRecorded) record(exchangeBuilder.passed(request, outcome));
    };
    forwardRequest(
      upstream,
      { incoming, outgoing, headers, body, keptBytes: isRecorded ? MAX_WEBHOOK_BYTES : 0 },
      onEnd,
    );
  }

  function answerProof(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const answer = prover.find(incoming.url ?? '');
    if (answer === undefined || incoming.method !== 'GET') {
      refuseRequest(incoming, outgoing);
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
      const match = allowlist.find(incoming.method ?? '', incoming.url ?? '');
      if (match.route === 'webhook') receiveWebhook(incoming, outgoing, match.kind);
      else if (match.route === 'proof') answerProof(incoming, outgoing);
      else if (match.route === 'refused') refuse(describe(incoming, 'path'), outgoing, match.why);
      else streamThrough(incoming, outgoing, match.kind, match.route === 'vcard');
    },
    upgrade: (incoming, socket, begun) => {
      const { method = 'GET', url: target = '', rawHeaders } = incoming;
      const match = allowlist.find(method, target);
      if (!exposeAll || match.route === 'proof' || match.route === 'refused') {
        refuseUpgrade(socket);
        const why = match.route === 'refused' ? match.why : 'it asks for another protocol';
        record(exchangeBuilder.refused(describe(incoming, 'path'), why));
        return;
      }
      const headers = buildRequestHeaders(rawHeaders, parseBase(signing().publicBase));
      headers.push('Connection', 'Upgrade', 'Upgrade', findHeader(rawHeaders, 'upgrade') ?? '');
      passUpgrade({ origin: options.app, method, target, headers, firstBytes: begun }, socket, (error) => {
        socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        appMonitor.observe({ isDown: true, error: describeFailure(error) });
      });
    },
  };
}

/** Parses the public base only if it has changed. */
function createUrlCache(): (base: string) => URL {
  let [text, url] = ['', new URL('http://unused')];
  return (base) => {
    if (base !== text) [text, url] = [base, new URL(base)];
    return url;
  };
}

/** The bytes of every refusal: the same for every reason, so that they tell a stranger nothing. */
const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
/** How long a client that is still sending may take to read the refusal. */
const LINGER_MS = 500;

/** Answers 404 and closes the connection. */
function refuseRequest(incoming: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.sendDate = false;
  outgoing.writeHead(404, ['Content-Length', '0', 'Connection', 'close']).end();
  if (incoming.complete) return;
  const cut = setTimeout(() => incoming.socket.destroy(), LINGER_MS);
  incoming.once('close', () => clearTimeout(cut)).resume();
}

/** Refuses a protocol upgrade with the same bytes. */
function refuseUpgrade(socket: Duplex): void {
  socket.on('error', () => undefined);
  socket.end(NOT_FOUND);
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
