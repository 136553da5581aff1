// What becomes of each request from outside.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { passUpgrade } from '../../http/upgrade.js';
import { describeFailure, type Upstream } from '../../http/upstream.js';
import type { GatewayEvent } from '../events.js';
import type { NewExchange } from '../exchanges/exchange.js';
import { findHeader, passToApp } from '../headers.js';
import type { SigningKeys } from '../signature/verdict.js';
import { checkSignature } from '../signature/verify-signature.js';
import type { Allowlist } from './allowlist.js';
import { createAppWatch } from './app-watch.js';
import { createExchangeBuilder, type IncomingRequest, type Read } from './exchange-builder.js';
import { forwardRequest, type Outcome } from './forward.js';
import type { Prover } from './proof.js';
import { describeSigned, hasBody, LONGEST, type Reader } from './read.js';
import { refuseRequest, refuseUpgrade } from './refuse.js';

/** What the traffic goes through. */
export interface TrafficOptions {
  readonly app: string;
  readonly upstream: Upstream;
  readonly prover: Prover;
  readonly doors: Allowlist;
  readonly reader: Reader;
  readonly exposeAll: boolean;
  readonly seal: () => SigningKeys;
  readonly record: (draft: NewExchange) => void;
  readonly tell: (event: GatewayEvent) => void;
  readonly now: () => number;
}

/** Both ways in. */
export interface Traffic {
  readonly listener: RequestListener;
  readonly upgrade: (incoming: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** Makes the listeners. */
export function createTraffic(options: TrafficOptions): Traffic {
  const { upstream, prover, doors, reader, exposeAll, seal, record, tell, now } = options;
  const appWatch = createAppWatch(options.app, tell);
  const drafter = createExchangeBuilder(now);
  const findBase = createBaseReader();

  function visitOf(incoming: IncomingMessage, kind: string): IncomingRequest {
    return { incoming, kind, at: now(), start: performance.now(), seal: seal() };
  }

  function turnAway(
    visit: IncomingRequest,
    outgoing: ServerResponse,
    why: string,
    read?: Omit<Read, 'fit'>,
  ): void {
    refuseRequest(visit.incoming, outgoing);
    // Later, because finding out why a signature is wrong takes longer than turning it away.
    setImmediate(() => record(drafter.refused(visit, why, read)));
  }

  function receive(incoming: IncomingMessage, outgoing: ServerResponse, kind: string): void {
    const visit = visitOf(incoming, kind);
    const onBody = (body: Buffer) => {
      const signed = describeSigned(incoming, body);
      const fit = checkSignature(signed, visit.seal);
      if (fit !== 'no' || exposeAll) hand(visit, outgoing, { body, signed, fit });
      else turnAway(visit, outgoing, 'its signature is not valid', { body, signed });
    };
    reader.read(incoming, onBody, (why) => turnAway(visit, outgoing, why));
  }

  function hand(visit: IncomingRequest, outgoing: ServerResponse, read: Read): void {
    const { incoming, seal } = visit;
    const headers = passToApp(incoming.rawHeaders, findBase(seal.publicBase));
    const body = read.body.length > 0 ? read.body : null;
    forwardRequest(upstream, { incoming, outgoing, headers, body, keeps: LONGEST }, (outcome) => {
      appWatch.see(outcome);
      record(drafter.passed(visit, outcome, read));
    });
  }

  function stream(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    kind: string,
    isRecorded: boolean,
  ): void {
    const visit = visitOf(incoming, kind);
    const headers = passToApp(incoming.rawHeaders, findBase(visit.seal.publicBase));
    const body = hasBody(incoming) ? incoming : null;
    const onEnd = (outcome: Outcome) => {
      appWatch.see(outcome);
      if (isRecorded) record(drafter.passed(visit, outcome));
    };
    forwardRequest(upstream, { incoming, outgoing, headers, body, keeps: isRecorded ? LONGEST : 0 }, onEnd);
  }

  function prove(incoming: IncomingMessage, outgoing: ServerResponse): void {
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
      const door = doors.find(incoming.method ?? '', incoming.url ?? '');
      if (door.leadsTo === 'webhook') receive(incoming, outgoing, door.kind);
      else if (door.leadsTo === 'us') prove(incoming, outgoing);
      else if (door.leadsTo === 'nowhere') turnAway(visitOf(incoming, 'path'), outgoing, door.why);
      else stream(incoming, outgoing, door.kind, door.leadsTo === 'card');
    },
    upgrade: (incoming, socket, begun) => {
      const { method = 'GET', url: target = '', rawHeaders } = incoming;
      const door = doors.find(method, target);
      if (!exposeAll || door.leadsTo === 'us' || door.leadsTo === 'nowhere') {
        refuseUpgrade(socket);
        const why = door.leadsTo === 'nowhere' ? door.why : 'it asks for another protocol';
        record(drafter.refused(visitOf(incoming, 'path'), why));
        return;
      }
      const headers = passToApp(rawHeaders, findBase(seal().publicBase));
      headers.push('Connection', 'Upgrade', 'Upgrade', findHeader(rawHeaders, 'upgrade') ?? '');
      passUpgrade({ origin: options.app, method, target, headers, firstBytes: begun }, socket, (error) => {
        socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        appWatch.see({ isDown: true, error: describeFailure(error) });
      });
    },
  };
}

/** Parses the public base only when it has changed. */
function createBaseReader(): (base: string) => URL {
  let [text, url] = ['', new URL('http://unused')];
  return (base) => {
    if (base !== text) [text, url] = [base, new URL(base)];
    return url;
  };
}
