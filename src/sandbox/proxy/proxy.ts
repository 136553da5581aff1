// The forward proxy of a program whose Twilio is the sandbox: its requests to Twilio end here, all others are passed on.
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { SecureContext } from 'node:tls';
import { listen } from '../../http/listen.js';
import { findProxy } from '../../http/proxy.js';
import type { StateFolder } from '../../state/folder.js';
import { obtainSecret } from '../../state/secret.js';
import { type Connecting, passConnection, type SandboxConnections } from './connections.js';
import { passRequest, passUpgradeRequest } from './requests.js';

/** How to open one. */
export interface ExecProxyOptions {
  readonly sandbox: SandboxConnections;
  /** What a program has to show. */
  readonly token: string;
  /** The certificate to be `host` with, which is Twilio's. */
  readonly contextFor: (host: string) => Promise<SecureContext>;
  /** Read for a proxy of the user's own, through which other hosts are reached. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default 0: any free one. */
  readonly port?: number;
  /** How many ports above may be tried. */
  readonly spare?: number;
}

/** A running proxy. */
export interface ExecProxy {
  readonly port: number;
  /** What a program is told: with the token in it, so a secret. */
  readonly url: string;
  /** Cuts off what is under way. */
  close(): Promise<void>;
}

const USER = 'relay-phone';

/** What the programs of a state folder have to show: always the same, so that a printed environment stays good. */
export function obtainProxyToken(folder: StateFolder): string {
  return obtainSecret(folder, 'proxy-token');
}

/** What a program is told, a secret. */
export function formatProxyUrl(port: number, token: string): string {
  return `http://${USER}:${token}@127.0.0.1:${port}`;
}

/**
 * Opens one on 127.0.0.1.
 *
 * @throws the system's error (`EADDRINUSE`, `EACCES`) when no port could be had.
 */
export async function openExecProxy(options: ExecProxyOptions): Promise<ExecProxy> {
  const { sandbox, token, contextFor, environment } = options;
  const expected = Buffer.from(`Basic ${Buffer.from(`${USER}:${token}`).toString('base64')}`);
  const connecting: Connecting = {
    sandbox,
    contextFor,
    findProxy: (protocol, host) => findProxy(environment, protocol, host),
    open: new Set(),
  };
  const isKnown = ({ headers }: IncomingMessage) => {
    const shown = Buffer.from(headers['proxy-authorization'] ?? '');
    return shown.length === expected.length && timingSafeEqual(shown, expected);
  };
  const listening = await listen(
    (incoming, outgoing) => {
      if (isKnown(incoming)) return passRequest(connecting, incoming, outgoing);
      outgoing.writeHead(407, CHALLENGE).end(NOT_YOURS);
    },
    { port: options.port ?? 0, spare: options.spare ?? 0, requestTimeoutMs: PATIENCE },
  );
  listening.server.on('connect', (incoming, socket, head) => {
    if (isKnown(incoming)) void passConnection(connecting, incoming, socket, head);
    else socket.end(REFUSAL);
  });
  listening.server.on('upgrade', (incoming, socket, head) => {
    if (isKnown(incoming)) passUpgradeRequest(connecting, incoming, socket, head);
    else socket.end(REFUSAL);
  });
  return {
    port: listening.port,
    url: formatProxyUrl(listening.port, token),
    close: async () => {
      for (const socket of connecting.open) socket.destroy();
      await listening.close();
    },
  };
}

/** Milliseconds a request may take to come whole: an upload to somewhere else takes what it takes. */
const PATIENCE = 600_000;
const CHALLENGE = { 'Proxy-Authenticate': 'Basic realm="relay-phone exec"', 'Content-Type': 'text/plain' };
const NOT_YOURS = 'This proxy is for the program that relay-phone exec started.\n';
const REFUSAL = [
  'HTTP/1.1 407 Proxy Authentication Required',
  'Proxy-Authenticate: Basic realm="relay-phone exec"',
  'Content-Type: text/plain',
  `Content-Length: ${NOT_YOURS.length}`,
  'Connection: close',
  '',
  NOT_YOURS,
].join('\r\n');
