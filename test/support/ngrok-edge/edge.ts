// Stands in for ngrok's service: agents connect to it with the real SDK, and it plays the public side.
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { createCertificate } from '../authority.js';
import {
  askPublicly,
  echoPublicly,
  listenPublicly,
  type PublicAnswer,
  type PublicRequest,
} from './public-side.js';
import { type CodedError, type Endpoint, type Introduction, type Rules, runSession } from './session.js';

/** The dev domain of an account, used if the agent requests none. */
export const DEV_DOMAIN = 'stand-in.ngrok-free.app';

/** A running edge. */
export interface FakeNgrokEdge {
  /** `host:port` for agents. */
  readonly server: string;
  /** PEM of the authority that signed the certificates of both sides. */
  readonly ca: string;
  /** The port of the public side, for a resolver that sends every host there. */
  readonly publicPort: number;
  /** The agents that authenticated, in order. */
  readonly introductions: readonly Introduction[];
  /** The hosts that are online. */
  hosts(): string[];
  /** The number of endpoints that agents took offline. */
  unbindings(): number;
  /** Refuses each session or each endpoint from now on; undefined accepts them again. */
  refuse(what: 'session' | 'endpoint', error: CodedError | undefined): void;
  /** Changes the dev domain of the account. */
  setDevDomain(domain: string): void;
  /** Ends every session. */
  drop(): void;
  /** Stops answering while connections stay open, or resumes. */
  freeze(isFrozen: boolean): void;
  /** Accepts connections from now on without ever speaking TLS. */
  hang(isHanging: boolean): void;
  /** Ends every session and the listener. */
  goAway(): Promise<void>;
  /** Listens again, on the same port. */
  comeBack(): Promise<void>;
  /** Sends a request to a public address. */
  ask(url: string, options?: PublicRequest): Promise<PublicAnswer>;
  /** Sends `text` over a WebSocket to a public address, and resolves with the answer. */
  echo(url: string, text: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts an edge on free loopback ports. */
export async function createNgrokEdge(): Promise<FakeNgrokEdge> {
  const certificate = await createCertificate();
  const sockets = new Set<Socket>();
  const bound = new Map<string, Endpoint>();
  const introductions: Introduction[] = [];
  const refusals: { session?: CodedError | undefined; endpoint?: CodedError | undefined } = {};
  let devDomain = DEV_DOMAIN;
  let unbindings = 0;
  let isFrozen = false;
  let isHanging = false;

  const rules: Rules = {
    isFrozen: () => isFrozen,
    findAuthRefusal: (introduction) => {
      introductions.push(introduction);
      return refusals.session;
    },
    bind: (endpoint, domain = devDomain) => {
      if (refusals.endpoint) return refusals.endpoint;
      if (bound.has(domain))
        return { code: 334, text: `The endpoint 'https://${domain}' is already online.` };
      bound.set(domain, endpoint);
      return { host: domain };
    },
    unbind: (id) => {
      // The SDK sends this twice.
      if ([...bound.values()].some((endpoint) => endpoint.id === id)) unbindings += 1;
      forget(id);
    },
    forget,
  };

  function forget(id: string): void {
    for (const [host, endpoint] of bound) if (endpoint.id === id) bound.delete(host);
  }

  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    if (isHanging || isFrozen) return;
    const wire = new TLSSocket(socket, { isServer: true, cert: certificate.cert, key: certificate.key });
    wire.on('error', () => undefined);
    runSession(wire, rules);
  });
  const publicSide = await listenPublicly(certificate, (host) => bound.get(host)?.openConnection());
  let port = 0;
  const comeBack = async () => {
    await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
    port = (listener.address() as AddressInfo).port;
  };
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const goAway = () => {
    const closed = new Promise<void>((resolve) => void listener.close(() => resolve()));
    drop();
    return closed;
  };
  await comeBack();
  return {
    server: `localhost:${port}`,
    ca: certificate.ca,
    publicPort: (publicSide.address() as AddressInfo).port,
    introductions,
    hosts: () => [...bound.keys()],
    unbindings: () => unbindings,
    refuse: (what, error) => {
      refusals[what] = error;
    },
    setDevDomain: (domain) => {
      devDomain = domain;
    },
    drop,
    freeze: (on) => {
      isFrozen = on;
    },
    hang: (on) => {
      isHanging = on;
    },
    goAway,
    comeBack,
    ask: (url, options = {}) => askPublicly(publicSide, certificate.ca, new URL(url), options),
    echo: (url, text) => echoPublicly(publicSide, certificate.ca, new URL(url), text),
    close: async () => {
      publicSide.closeAllConnections();
      publicSide.close();
      if (listener.listening) await goAway();
    },
  };
}
