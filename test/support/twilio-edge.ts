// Stands in for api.twilio.com: a proxy that terminates TLS for *.twilio.com and passes the requests to a sandbox.
import { request as passOn } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../../src/http/listen.js';
import { AUTHORITY, createCertificate } from './authority.js';
import { DEADLINE } from './deadline.js';

/** A running edge. */
export interface TwilioEdge {
  /** The environment variables that send a process's requests to Twilio here. */
  readonly environment: Readonly<Record<string, string>>;
  /** The requested hosts, in order. */
  readonly hosts: readonly string[];
  close(): Promise<void>;
}

/** A request to the REST API. */
export interface EdgeRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly form: Readonly<Record<string, string>>;
}

/** An answer in place of the sandbox's. */
export interface EdgeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer of the sandbox on its way through the edge. */
export interface EditedAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** How long it is held back. Default 0. */
  readonly delayMs?: number;
}

/** Options of {@link createTwilioEdge}. */
export interface TwilioEdgeOptions {
  /** The public host of an app and its origin; requests to it get the headers of a tunnel. */
  readonly tunnel?: { readonly host: string; readonly origin: string };
  /** Changes an answer of the sandbox, for answers that the sandbox never gives. */
  readonly alter?: (path: string, body: string) => string;
  /** Changes an answer of the sandbox: its status and headers, too. */
  readonly edit?: (asked: EdgeRequest, answer: EditedAnswer) => EditedAnswer;
  /** Answers in place of the sandbox unless it returns undefined; `hang` never answers, `drop` ends the connection. */
  readonly answer?: (asked: EdgeRequest) => EdgeAnswer | 'hang' | 'drop' | undefined;
  /** Headers to add to each answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The name and validity of the certificate. Default: Twilio's name, valid now. */
  readonly certificate?: { readonly name?: string; readonly from?: Date; readonly until?: Date };
}

const JSON_TYPE = { 'Content-Type': 'application/json' } as const;

/**
 * Starts an edge in front of the sandbox at `origin`, with a certificate signed by the authority of the tests. With it
 * the unmodified CLI runs in live mode, over real TLS and a real proxy.
 */
export async function createTwilioEdge(
  origin: string,
  { tunnel, alter, edit, answer, headers: more = {}, certificate = {} }: TwilioEdgeOptions = {},
): Promise<TwilioEdge> {
  const { name = '*.twilio.com', from, until } = certificate;
  const names = [name, ...(tunnel ? [tunnel.host.replace(/:\d+$/, '')] : [])];
  const { cert, key } = await createCertificate({ names, from, until });
  const hosts: string[] = [];
  const tls = createTlsServer({ cert, key }, async (incoming, outgoing) => {
    const { method = '', url = '' } = incoming;
    const body = await text(incoming);
    const instead = answer?.({ method, path: url, form: Object.fromEntries(new URLSearchParams(body)) });
    if (instead === 'hang') return;
    if (instead === 'drop') return void incoming.socket.destroy();
    if (instead)
      return void outgoing.writeHead(instead.status, instead.headers ?? JSON_TYPE).end(instead.body);
    const isForApp = tunnel?.host === incoming.headers.host;
    const headers = { ...incoming.headers, ...(isForApp && { 'x-forwarded-proto': 'https' }) };
    hosts.push(headers.host ?? '');
    const onward = passOn(
      `${isForApp ? tunnel?.origin : origin}${url}`,
      { method, headers },
      async (answer) => {
        if (edit && !isForApp) {
          const { 'content-length': _length, ...rest } = answer.headers;
          const given = { status: answer.statusCode ?? 502, headers: rest, body: await text(answer) };
          const form = Object.fromEntries(new URLSearchParams(body));
          const edited = edit({ method, path: url, form }, given);
          await sleep(edited.delayMs ?? 0);
          outgoing.writeHead(edited.status, withoutAbsent(edited.headers)).end(edited.body);
          return;
        }
        if (isForApp || !alter) {
          outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...more });
          answer.pipe(outgoing);
          return;
        }
        const { 'content-length': _length, ...rest } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 502, rest).end(alter(url, await text(answer)));
      },
    );
    onward.on('error', () => outgoing.destroy());
    onward.end(body);
  });
  // As in webhook-app.ts.
  tls.keepAliveTimeout = DEADLINE;
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
  const inside = (tls.address() as AddressInfo).port;
  const proxy = await listen((_request, response) => response.writeHead(405).end(), { port: 0 });
  const tunnels = new Set<Duplex>();
  proxy.server.on('connect', (_request, socket) => {
    tunnels.add(socket);
    const onward = connect(inside, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  return {
    environment: { HTTPS_PROXY: proxy.origin, NODE_EXTRA_CA_CERTS: AUTHORITY },
    hosts,
    close: async () => {
      for (const tunnel of tunnels) tunnel.destroy();
      await proxy.close();
      tls.closeAllConnections();
      tls.close();
    },
  };
}

function withoutAbsent(headers: EditedAnswer['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
