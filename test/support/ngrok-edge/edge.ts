// A fake of ngrok's service: agents connect to it with the real SDK, and tests send requests to its public side.
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { createCertificate } from '../authority.js';
import {
  echoPublicly,
  listenPublicly,
  type PublicAnswer,
  type PublicRequest,
  requestPublicly,
} from './public-side.js';
import { type AgentCredentials, type CodedError, type Endpoint, type Rules, runSession } from './session.js';

/** The dev domain of the account, used if the agent requests no domain. */
export const DEV_DOMAIN = 'stand-in.ngrok-free.app';

/** A running fake edge. */
export interface FakeNgrokEdge {
  /** `host:port` for agents. */
  readonly server: string;
  /** The authority that signed the certificates of both sides, in PEM. */
  readonly ca: string;
  /** The port of the public side, on loopback. */
  readonly publicPort: number;
  /** The credentials of each session that an agent requested, in order. */
  readonly sessionRequests: readonly AgentCredentials[];
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
  /** Accepts connections without speaking TLS from now on, or resumes. */
  hang(isHanging: boolean): void;
  /** Ends every session and stops listening. */
  goOffline(): Promise<void>;
  /** Listens again, on the same port. */
  goOnline(): Promise<void>;
  /** Sends a request to a public address. */
  request(url: string, options?: PublicRequest): Promise<PublicAnswer>;
  /** Sends `text` over a WebSocket to a public address, and resolves with the answer. */
  echo(url: string, text: string, headers?: Readonly<Record<string, string>>): Promise<string>;
  close(): Promise<void>;
}

/** Starts a fake edge on free loopback ports. */
export async function createNgrokEdge(): Promise<FakeNgrokEdge> {
  const certificate = await createCertificate();
  const sockets = new Set<Socket>();
  const bound = new Map<string, Endpoint>();
  const sessionRequests: AgentCredentials[] = [];
  const refusals: { session?: CodedError | undefined; endpoint?: CodedError | undefined } = {};
  let devDomain = DEV_DOMAIN;
  let unbindings = 0;
  let isFrozen = false;
  let isHanging = false;

  const rules: Rules = {
    isFrozen: () => isFrozen,
    findAuthRefusal: (credentials) => {
      sessionRequests.push(credentials);
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
    const connection = new TLSSocket(socket, {
      isServer: true,
      cert: certificate.cert,
      key: certificate.key,
    });
    connection.on('error', () => undefined);
    runSession(connection, rules);
  });
  const publicSide = await listenPublicly(certificate, (host) => bound.get(host)?.openConnection());
  let port = 0;
  const goOnline = async () => {
    await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
    port = (listener.address() as AddressInfo).port;
  };
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const goOffline = () => {
    const closed = new Promise<void>((resolve) => void listener.close(() => resolve()));
    drop();
    return closed;
  };
  await goOnline();
  return {
    server: `localhost:${port}`,
    ca: certificate.ca,
    publicPort: (publicSide.address() as AddressInfo).port,
    sessionRequests,
    hosts: () => [...bound.keys()],
    unbindings: () => unbindings,
    refuse: (what, error) => {
      refusals[what] = error;
    },
    setDevDomain: (domain) => {
      devDomain = domain;
    },
    drop,
    freeze: (frozen) => {
      isFrozen = frozen;
    },
    hang: (hanging) => {
      isHanging = hanging;
    },
    goOffline,
    goOnline,
    request: (url, options = {}) => requestPublicly(publicSide, certificate.ca, new URL(url), options),
    echo: (url, text, headers) => echoPublicly(publicSide, certificate.ca, new URL(url), { text, headers }),
    close: async () => {
      publicSide.closeAllConnections();
      publicSide.close();
      if (listener.listening) await goOffline();
    },
  };
}
