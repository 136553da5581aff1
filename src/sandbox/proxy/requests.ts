// Forwards requests in plain HTTP: those to Twilio go to the sandbox, others to their host.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { debug } from '../../debug.js';
import { openRequest } from '../../http/client.js';
import { explainFailure } from '../../http/failure.js';
import { formatProxy, proxyAuthorization } from '../../http/proxy.js';
import { passUpgrade } from '../../http/upgrade.js';
import { isTwilio } from '../platform/twilio-hosts.js';
import { explainRefusal, type ProxyContext, refuseConnection, track } from './connections.js';

/** Headers between a program and its proxy: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_BY_HOP = new Set(['connection', 'proxy-connection', 'proxy-authorization', 'keep-alive']);

/** Forwards a request and its answer, unchanged except for hop-by-hop headers. */
export function proxyRequest(
  context: ProxyContext,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const target = readTarget(incoming);
  if (!target) {
    fail(outgoing, 400, 'this is a proxy: it accepts requests for http:// URLs');
    return;
  }
  outgoing.sendDate = false;
  try {
    const { nextHop, path, name } = chooseNextHop(context, target);
    debug(
      'http',
      () => `forward ${incoming.method} ${target.origin.origin}${target.path} to ${nextHop.host}`,
    );
    const headers = [
      ...withoutHopHeaders(incoming.rawHeaders),
      ...Object.entries(proxyAuthorization(nextHop)).flat(),
    ];
    const request = openRequest(nextHop, { method: incoming.method, path, headers, agent: false });
    request.on('response', (answer) => {
      outgoing.writeHead(
        answer.statusCode ?? 502,
        answer.statusMessage,
        withoutHopHeaders(answer.rawHeaders),
      );
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    request.on('error', (error) => fail(outgoing, 502, explainFailure(error, name)));
    outgoing.on('close', () => request.destroy());
    incoming.pipe(request);
  } catch (error) {
    fail(outgoing, 502, explainRefusal(error, target.origin));
  }
}

/** Forwards a request that upgrades to another protocol, such as WebSocket. */
export function proxyUpgrade(
  context: ProxyContext,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const target = readTarget(incoming);
  if (!target) {
    refuseConnection(socket, 400, 'Bad Request', 'this is a proxy: it accepts requests for http:// URLs');
    return;
  }
  track(context, socket);
  try {
    const { nextHop, path, name } = chooseNextHop(context, target);
    const headers = [...withoutHopHeaders(incoming.rawHeaders), 'Connection', 'Upgrade'];
    const method = incoming.method ?? 'GET';
    const passage = { origin: nextHop.origin, method, target: path, headers, firstBytes: head };
    passUpgrade(passage, socket, {
      onFailure: (error) => refuseConnection(socket, 502, 'Bad Gateway', explainFailure(error, name)),
    });
  } catch (error) {
    refuseConnection(socket, 502, 'Bad Gateway', explainRefusal(error, target.origin));
  }
}

/** The target of a request to the proxy. */
interface Target {
  readonly origin: URL;
  /** As received: a URL parser would normalize it. */
  readonly path: string;
}

/** The server that a request is sent to next. */
interface NextHop {
  readonly nextHop: URL;
  readonly path: string;
  /** How messages name it. */
  readonly name: string;
}

/** Chooses the next hop: the sandbox, the user's own proxy (with the whole URL as the path), or the host itself. */
function chooseNextHop(context: ProxyContext, { origin, path }: Target): NextHop {
  if (isTwilio(origin.hostname)) {
    const nextHop = new URL(context.sandbox.origin);
    return { nextHop, path, name: nextHop.host };
  }
  const proxy = context.findProxy(origin);
  if (!proxy) return { nextHop: origin, path, name: origin.host };
  const whole = `http://${origin.host}${path}`;
  return { nextHop: proxy.url, path: whole, name: `the proxy ${formatProxy(proxy)}` };
}

/** https://www.rfc-editor.org/rfc/rfc9112#name-absolute-form */
function readTarget({ url = '' }: IncomingMessage): Target | undefined {
  const [, authority, rest = ''] = /^http:\/\/([^/?#]+)(.*)$/is.exec(url) ?? [];
  const origin = `http://${authority}`;
  if (authority === undefined || !URL.canParse(origin)) return undefined;
  return { origin: new URL(origin), path: rest.startsWith('/') ? rest : `/${rest}` };
}

function withoutHopHeaders(headers: readonly string[]): string[] {
  return headers.filter((_, at) => !HOP_BY_HOP.has(headers[at - (at % 2)]?.toLowerCase() ?? ''));
}

function fail(outgoing: ServerResponse, status: number, reason: string): void {
  if (outgoing.headersSent) return void outgoing.destroy();
  outgoing.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  outgoing.end(`relay-phone exec: ${reason}\n`);
}
