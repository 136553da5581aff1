// The forward proxy of `exec`: a program's requests to Twilio go to the sandbox, all others to their hosts.
import { timingSafeEqual } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { SecureContext } from 'node:tls';
import { listen } from '../../http/listen.js';
import { findProxy } from '../../http/proxy.js';
import { obtainSecret, type StateFolder } from '../../state/folder.js';
import { handleConnect, type ProxyContext, type SandboxConnections } from './connections.js';
import { proxyRequest, proxyUpgrade } from './requests.js';

/** The options of the proxy. */
export interface ExecProxyOptions {
  readonly sandbox: SandboxConnections;
  /** The password that programs must send. */
  readonly token: string;
  /** Returns the TLS context of a host of Twilio. */
  readonly contextFor: (host: string) => Promise<SecureContext>;
  /** The environment, which may name the user's own proxy for other hosts. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default 0: any free one. */
  readonly port?: number;
  /** How many ports above may be tried if it is taken. Default 0. */
  readonly spare?: number;
}

/** A running proxy. */
export interface ExecProxy {
  readonly port: number;
  /** The URL for programs; it contains the token, so it is a secret. */
  readonly url: string;
  /** Closes all connections, and frees the port. */
  close(): Promise<void>;
}

const USER = 'relay-phone';
const TOKEN_FILE = 'proxy-token';

/** Returns the proxy's token of a state folder, created once, so that a printed environment stays valid. */
export function obtainProxyToken(folder: StateFolder): string {
  return obtainSecret(folder, TOKEN_FILE);
}

/** Returns the same token; undefined if no program was ever given it. */
export function findProxyToken(folder: StateFolder): string | undefined {
  return existsSync(folder.file(TOKEN_FILE)) ? obtainProxyToken(folder) : undefined;
}

/** Returns the proxy's URL, with the token in it. */
export function formatProxyUrl(port: number, token: string): string {
  return `http://${USER}:${token}@127.0.0.1:${port}`;
}

/**
 * Opens a proxy on 127.0.0.1.
 *
 * @throws the system's error (`EADDRINUSE`, `EACCES`) if no port is free.
 */
export async function openExecProxy(options: ExecProxyOptions): Promise<ExecProxy> {
  const { sandbox, token, contextFor, environment } = options;
  const expected = Buffer.from(`Basic ${Buffer.from(`${USER}:${token}`).toString('base64')}`);
  const context: ProxyContext = {
    sandbox,
    contextFor,
    findProxy: (target) => findProxy(environment, target),
    open: new Set(),
  };
  const isAuthorized = ({ headers }: IncomingMessage) => {
    const given = Buffer.from(headers['proxy-authorization'] ?? '');
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  const listening = await listen(
    (incoming, outgoing) => {
      if (isAuthorized(incoming)) return proxyRequest(context, incoming, outgoing);
      outgoing.writeHead(407, CHALLENGE).end(NOT_YOURS);
    },
    { port: options.port ?? 0, spare: options.spare ?? 0, requestTimeoutMs: REQUEST_TIMEOUT_MS },
  );
  listening.server.on('connect', (incoming, socket, head) => {
    if (isAuthorized(incoming)) void handleConnect(context, incoming, socket, head);
    else socket.end(REFUSAL);
  });
  listening.server.on('upgrade', (incoming, socket, head) => {
    if (isAuthorized(incoming)) proxyUpgrade(context, incoming, socket, head);
    else socket.end(REFUSAL);
  });
  return {
    port: listening.port,
    url: formatProxyUrl(listening.port, token),
    close: async () => {
      for (const socket of context.open) socket.destroy();
      await listening.close();
    },
  };
}

/** Long, because uploads to other hosts also pass through. */
const REQUEST_TIMEOUT_MS = 600_000;
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
