// Stands where api.twilio.com would: a proxy that ends TLS for *.twilio.com and passes the requests to a sandbox.
import { writeFileSync } from 'node:fs';
import { request as passOn } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
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

/**
 * Starts an edge in front of the sandbox at `origin`, with a certificate of its own in `certificateFile`.
 * So the built CLI runs in its live mode, over real TLS and a real proxy, with nothing of it replaced.
 */
export async function createTwilioEdge(origin: string, certificateFile: string): Promise<TwilioEdge> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'api.twilio.com' }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: '*.twilio.com' }] },
    ],
  });
  writeFileSync(certificateFile, cert);
  const hosts: string[] = [];
  const tls = createTlsServer({ cert, key }, (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    hosts.push(headers.host ?? '');
    const onward = passOn(`${origin}${url}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
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
