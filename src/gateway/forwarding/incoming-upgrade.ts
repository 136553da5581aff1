// Handles requests for another protocol: forwards the signed ones for a WebSocket, as of Media Streams, and refuses the rest.
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type NewExchange, SOCKET_KIND } from '../../exchanges/exchange.js';
import { findHeader } from '../../exchanges/headers.js';
import { keepConnection, trustConnection } from '../../http/connection-limit.js';
import { passUpgrade } from '../../http/upgrade.js';
import { describeFailure, isDown } from '../../http/upstream.js';
import { hasTooManyParameters } from '../../twilio/signature.js';
import { anyHeader, buildRequestHeaders, type HeaderChoice, webhookHeader } from '../headers.js';
import { matchSignature } from '../signature/verify-signature.js';
import { type Allowlist, type AllowlistMatch, UNSIGNED } from './allowlist.js';
import type { ExchangeBuilder, IncomingRequest, ReadWebhook, Refusal } from './exchange-builder.js';
import type { ForwardResult } from './forward.js';
import type { LoopMark } from './loop.js';
import { asksForSocket, hasSignature, readSignedUpgrade } from './read-webhook.js';
import { CAME_BACK, findAmbiguity, INVALID_SIGNATURE, NO_ROOM, type UnsignedRequests } from './refusals.js';

interface UpgradeHandlerOptions {
  readonly app: string;
  readonly allowlist: Allowlist;
  readonly exposeAll: boolean;
  readonly loop: LoopMark;
  readonly unsigned: UnsignedRequests;
  readonly exchangeBuilder: ExchangeBuilder;
  readonly describe: (incoming: IncomingMessage, kind: string) => IncomingRequest;
  /** Returns the public base. */
  readonly baseOf: (request: IncomingRequest) => URL;
  readonly observe: (outcome: Pick<ForwardResult, 'isDown' | 'error'>) => void;
  /** @param inspects undefined for a refused request; `webhook` for one from Twilio, `other` for a stranger's */
  readonly record: (exchange: NewExchange, inspects?: 'webhook' | 'other') => void;
}

/** For the server's `upgrade` event. */
export type UpgradeHandler = (incoming: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** An exchange is recorded when the app has answered, without what is sent over the WebSocket later. */
export function createUpgradeHandler(options: UpgradeHandlerOptions): UpgradeHandler {
  const { allowlist, exposeAll, unsigned, exchangeBuilder, record } = options;

  function refuse(request: IncomingRequest, socket: Duplex, refusal: Refusal): void {
    refuseUpgrade(socket, refusal.status);
    record(exchangeBuilder.refused(request, refusal));
  }

  /** @param read is recorded; without it nothing is */
  function forward(
    request: IncomingRequest,
    socket: Duplex,
    begun: Buffer,
    isPassed: HeaderChoice,
    read: ReadWebhook | undefined,
  ): void {
    const { method = '', url: target = '', rawHeaders } = request.incoming;
    const headers = options.loop.mark(buildRequestHeaders(rawHeaders, options.baseOf(request), isPassed));
    headers.push('Connection', 'Upgrade', 'Upgrade', findHeader(rawHeaders, 'upgrade') ?? '');
    const end = (outcome: Pick<ForwardResult, 'status' | 'headers' | 'error' | 'isDown'>) => {
      options.observe(outcome);
      const isCut = outcome.error === null;
      if (!read) return;
      const exchange = exchangeBuilder.passed(request, { ...outcome, body: EMPTY, isCut }, read);
      record(exchange, read.match === 'none' ? 'other' : 'webhook');
    };
    passUpgrade({ origin: options.app, method, target, headers, firstBytes: begun }, socket, {
      onAnswer: (status, answered) => end({ status, headers: answered, error: null, isDown: false }),
      onFailure: (failure) => {
        const isGone = socket.destroyed || socket.readableEnded;
        const error = isGone ? 'was not waited for: the caller hung up' : describeFailure(failure);
        socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        end({ status: isGone ? null : 502, headers: [], error, isDown: !isGone && isDown(failure) });
      },
    });
  }

  function forwardExposed(
    request: IncomingRequest,
    socket: Duplex,
    begun: Buffer,
    read: ReadWebhook | undefined,
  ): void {
    if (unsigned.isFull()) {
      refuse(request, socket, { ...NO_ROOM, ...(read && { read }) });
      return;
    }
    unsigned.enter();
    socket.once('close', unsigned.leave);
    // It waits for no request any more.
    trustConnection(socket);
    forward(request, socket, begun, anyHeader, read);
  }

  return (incoming, socket, begun) => {
    const { method = '', url = '' } = incoming;
    const request = options.describe(incoming, asksForSocket(incoming) ? SOCKET_KIND : 'path');
    if (options.loop.isMarked(incoming)) {
      refuse(request, socket, CAME_BACK);
      return;
    }
    const match = allowlist.find(method, url, hasSignature(incoming));
    const isRefused = match.route === 'refused' || match.route === 'proof' || hasTooManyParameters(url);
    const read = !isRefused && hasSignature(incoming) ? readUpgrade(request) : undefined;
    const why = findUpgradeFault(match, incoming, read);
    if (why === undefined) {
      keepConnection(socket);
      forward(request, socket, begun, webhookHeader, read);
    } else if (exposeAll && !isRefused) forwardExposed(request, socket, begun, read);
    else refuse(request, socket, { status: 404, why, ...(read && { read }) });
  };
}

const EMPTY = Buffer.alloc(0);

function readUpgrade({ incoming, signing }: IncomingRequest): ReadWebhook {
  const signed = readSignedUpgrade(incoming);
  return { body: EMPTY, signed, match: matchSignature(signed, signing) };
}

/** Returns why a request is not one of Twilio's for a WebSocket; undefined if it is one. */
function findUpgradeFault(
  match: AllowlistMatch,
  incoming: IncomingMessage,
  read: ReadWebhook | undefined,
): string | undefined {
  if (match.route === 'refused') return match.why;
  if (match.route === 'proof' || match.route === 'file') return 'it asks for another protocol';
  if (!hasSignature(incoming)) return UNSIGNED;
  if (!read) return 'it has too many parameters';
  if (!asksForSocket(incoming)) return 'it asks for a protocol that Twilio does not use';
  return read.match === 'none' ? INVALID_SIGNATURE : findAmbiguity(incoming);
}

/** Refuses a request for another protocol. The answer is that to every refused request. */
function refuseUpgrade(socket: Duplex, status: Refusal['status']): void {
  socket.on('error', () => undefined);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}`;
  socket.end(`${head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}
