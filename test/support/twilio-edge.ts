// Stands where api.twilio.com would: a proxy that ends TLS for *.twilio.com and passes the requests to a sandbox.
import { writeFileSync } from 'node:fs';
import { request as passOn } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { generate } from 'selfsigned';
import { listen } from '../../src/http/listen.js';

/** A running edge. */
export interface TwilioEdge {
  /** What a process needs in its environment so that its requests to Twilio come here. */
  readonly environment: Readonly<Record<string, string>>;
  /** The hosts that were asked for, in order. */
  readonly hosts: readonly string[];
  close(): Promise<void>;
}

/** What else an edge does; everything has a default. */
export interface TwilioEdgeOptions {
  /** A host of an app's, and where the app is: its requests get the headers of a tunnel. */
  readonly tunnel?: { readonly host: string; readonly origin: string };
  /** Says what an answer of Twilio's becomes: for what the sandbox never says. */
  readonly alter?: (path: string, body: string) => string;
}

/**
 * Starts an edge in front of the sandbox at `origin`, with a certificate of its own in `certificateFile`.
 * So the built CLI runs in its live mode, over real TLS and a real proxy, with nothing of it replaced.
 */
export async function createTwilioEdge(
  origin: string,
  certificateFile: string,
  { tunnel, alter }: TwilioEdgeOptions = {},
): Promise<TwilioEdge> {
  const names = ['*.twilio.com', ...(tunnel ? [tunnel.host] : [])];
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'api.twilio.com' }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: names.map((value) => ({ type: 2 as const, value })) },
    ],
  });
  writeFileSync(certificateFile, cert);
  const hosts: string[] = [];
  const tls = createTlsServer({ cert, key }, (incoming, outgoing) => {
    const { method, url = '' } = incoming;
    const isForApp = tunnel?.host === incoming.headers.host;
    const headers = { ...incoming.headers, ...(isForApp && { 'x-forwarded-proto': 'https' }) };
    hosts.push(headers.host ?? '');
    const onward = passOn(
      `${isForApp ? tunnel?.origin : origin}${url}`,
      { method, headers },
      async (answer) => {
        if (isForApp || !alter) {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
          return;
        }
        const { 'content-length': _length, ...rest } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 502, rest).end(alter(url, await text(answer)));
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
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
    environment: { HTTPS_PROXY: proxy.origin, NODE_EXTRA_CA_CERTS: certificateFile },
    hosts,
    close: async () => {
      for (const tunnel of tunnels) tunnel.destroy();
      await proxy.close();
      tls.closeAllConnections();
      tls.close();
    },
  };
}
