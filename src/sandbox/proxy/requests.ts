// What becomes of a request in plain http: one to Twilio goes to the sandbox, any other on to its host.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { debug } from '../../debug.js';
import { clientFor, proxyAuthorization } from '../../http/connection.js';
import { explainFailure } from '../../http/send.js';
import { passUpgrade } from '../../http/upgrade.js';
import { type Connecting, refuseConnection, track } from './connections.js';
import { isTwilio } from './hosts.js';

/** What is between a program and its proxy only. https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP = new Set(['connection', 'proxy-connection', 'proxy-authorization', 'keep-alive']);

/** Passes a request on, and its answer back, as they come. */
export function passRequest(
  connecting: Connecting,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const asked = readTarget(incoming);
  if (!asked) {
    fail(outgoing, 400, 'this is a proxy, and takes requests for http:// addresses');
    return;
  }
  const { to, path } = leadOn(connecting, asked);
  debug('http', () => `pass on ${incoming.method} ${asked.origin.origin}${asked.path} to ${to.host}`);
  outgoing.sendDate = false;
  try {
    const headers = [...withoutHop(incoming.rawHeaders), ...Object.entries(proxyAuthorization(to)).flat()];
    const request = clientFor(to).request(
      { hostname: nameOf(to), port: to.port, method: incoming.method, path, headers, agent: false },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, withoutHop(answer.rawHeaders));
        answer.pipe(outgoing);
        answer.on('error', () => outgoing.destroy());
      },
    );
    request.on('error', (error) => fail(outgoing, 502, explainFailure(error, to.host)));
    outgoing.on('close', () => request.destroy());
    incoming.pipe(request);
  } catch (error) {
    fail(outgoing, 502, (error as Error).message);
  }
}

/** The same for one that is to become another protocol, such as WebSocket. */
export function passUpgradeRequest(
  connecting: Connecting,
  incoming: IncomingMessage,
  socket: Duplex,
  begun: Buffer,
): void {
  const asked = readTarget(incoming);
  if (!asked) {
    refuseConnection(socket, 400, 'Bad Request', 'this is a proxy, and takes requests for http:// addresses');
    return;
  }
  track(connecting, socket);
  const { to, path } = leadOn(connecting, asked);
  const headers = [...withoutHop(incoming.rawHeaders), 'Connection', 'Upgrade'];
  const passage = {
    origin: to.origin,
    method: incoming.method ?? 'GET',
    target: path,
    headers,
    firstBytes: begun,
  };
  passUpgrade(passage, socket, (error) => {
    refuseConnection(socket, 502, 'Bad Gateway', explainFailure(error, to.host));
  });
}

/** What a proxy is asked for. */
interface Target {
  /** The host's. */
  readonly origin: URL;
  /** As it was written: a URL parser would write it in its own way. */
  readonly path: string;
}

/** Whom to ask, and for what: the sandbox, the user's own proxy for the whole address, or the host itself. */
function leadOn(
  connecting: Connecting,
  { origin, path }: Target,
): { readonly to: URL; readonly path: string } {
  if (isTwilio(origin.hostname)) return { to: new URL(connecting.sandbox.origin), path };
  const proxy = connecting.findProxy('http:', nameOf(origin));
  return proxy === undefined
    ? { to: origin, path }
    : { to: new URL(proxy), path: `http://${origin.host}${path}` };
}

/** https://www.rfc-editor.org/rfc/rfc9112#name-absolute-form */
function readTarget({ url = '' }: IncomingMessage): Target | undefined {
  const [, authority, rest = ''] = /^http:\/\/([^/?#]+)(.*)$/is.exec(url) ?? [];
  const origin = `http://${authority}`;
  if (authority === undefined || !URL.canParse(origin)) return undefined;
  return { origin: new URL(origin), path: rest.startsWith('/') ? rest : `/${rest}` };
}

function withoutHop(headers: readonly string[]): string[] {
  return headers.filter((_, at) => !HOP.has(headers[at - (at % 2)]?.toLowerCase() ?? ''));
}

function nameOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function fail(outgoing: ServerResponse, status: number, why: string): void {
  if (outgoing.headersSent) return void outgoing.destroy();
  outgoing.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  outgoing.end(`relay-phone exec: ${why}\n`);
}
