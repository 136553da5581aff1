// The public side of ngrok's service: https for each public host, with ngrok's error page for offline hosts.
import { Agent, type IncomingMessage, request as requestUpstream } from 'node:http';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Certificate } from '../authority.js';

/** The answer from a public address. */
export interface PublicAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A request to a public address. */
export interface PublicRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** Returns the connection to the agent of a host, or undefined if the host is offline. */
type Route = (host: string) => Duplex | undefined;

/** Starts the public side on a free loopback port. */
export async function listenPublicly(certificate: Certificate, route: Route): Promise<Server> {
  const server = createServer({ cert: certificate.cert, key: certificate.key });
  server.on('request', (incoming, outgoing) => {
    const connection = route(hostOf(incoming));
    if (!connection) {
      outgoing.writeHead(404, { 'ngrok-error-code': 'ERR_NGROK_3200' }).end('ERR_NGROK_3200');
      return;
    }
    const { method, url } = incoming;
    const agent = Object.assign(new Agent(), { createConnection: () => connection });
    const options = { agent, method, path: url, headers: headersOf(incoming), setHost: false };
    const forwarded = requestUpstream(options, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, firstBytes: Buffer) => {
    const connection = route(hostOf(incoming));
    if (!connection) return socket.destroy();
    const headers = Object.entries(headersOf(incoming)).map(([name, value]) => `${name}: ${value}\r\n`);
    connection.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${headers.join('')}\r\n`);
    if (firstBytes.length > 0) connection.write(firstBytes);
    socket.on('error', () => connection.destroy());
    connection.on('close', () => socket.destroy());
    connection.pipe(socket).pipe(connection);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Sends a request to a public address, without DNS. */
export function requestPublicly(server: Server, ca: string, url: URL, options: PublicRequest) {
  const { method = 'GET', headers = {}, body } = options;
  const { port } = server.address() as AddressInfo;
  return new Promise<PublicAnswer>((resolve, reject) => {
    const target = { host: '127.0.0.1', port, servername: url.hostname, path: url.pathname + url.search, ca };
    const outgoing = request(
      { ...target, method, headers: { Host: url.host, ...headers }, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Opens a WebSocket at a public address, sends `text`, and resolves with the answer, which must be as long. */
export function echoPublicly(
  server: Server,
  ca: string,
  url: URL,
  {
    text,
    headers: more,
  }: { readonly text: string; readonly headers?: Readonly<Record<string, string>> | undefined },
): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const headers = { Host: url.host, Connection: 'Upgrade', Upgrade: 'websocket', ...more };
  return new Promise((resolve, reject) => {
    const target = { host: '127.0.0.1', port, servername: url.hostname, path: url.pathname, ca };
    const outgoing = request({ ...target, headers, agent: false });
    outgoing.on('error', reject);
    outgoing.on('response', ({ statusCode }) => reject(new Error(`answered with ${statusCode}`)));
    outgoing.on('upgrade', (_answer, socket: Duplex, firstBytes: Buffer) => {
      let echoed = firstBytes.toString('utf8');
      socket.on('data', (chunk: Buffer) => {
        echoed += chunk.toString('utf8');
        if (echoed.length < text.length) return;
        socket.destroy();
        resolve(echoed);
      });
      socket.write(text);
    });
    outgoing.end();
  });
}

function hostOf({ headers }: IncomingMessage): string {
  return (headers.host ?? '').toLowerCase();
}

/** Returns the unchanged request headers, and those that ngrok adds. */
function headersOf(incoming: IncomingMessage): Record<string, string> {
  const { rawHeaders } = incoming;
  const received: Record<string, string> = {};
  for (let index = 0; index < rawHeaders.length; index += 2)
    received[rawHeaders[index] ?? ''] = rawHeaders[index + 1] ?? '';
  return {
    ...received,
    'X-Forwarded-For': '192.0.2.1',
    'X-Forwarded-Host': hostOf(incoming),
    'X-Forwarded-Proto': 'https',
  };
}
