// Opens a raw connection to a host, directly or through an HTTP proxy, and checks that a host accepts connections.
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { debug } from '../debug.js';
import { explainFailure, NoAnswer } from './send.js';

const CONNECT_TIMEOUT_MS = 30_000;

/**
 * Connects to `host`.
 *
 * @param host a name or an address; an IPv6 address without brackets
 * @param proxy an http or https URL, with user and password if needed; undefined connects directly
 * @throws the system's error, or an Error with the status that the proxy answered
 */
export function openConnection(host: string, port: number, proxy: string | undefined): Promise<Duplex> {
  debug('http', () => `connect to ${host}:${port}${proxy === undefined ? '' : ` through ${proxy}`}`);
  return proxy === undefined ? openDirectly(host, port) : openThrough(new URL(proxy), host, port);
}

function openDirectly(host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS, noDelay: true });
    socket.once('error', reject);
    socket.once('timeout', () => socket.destroy(new Error('no connection in time')));
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-connect */
function openThrough(proxy: URL, host: string, port: number): Promise<Duplex> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    const request = clientFor(proxy).request(proxy, {
      method: 'CONNECT',
      path: authority,
      headers: { Host: authority, ...proxyAuthorization(proxy) },
      auth: undefined,
      agent: false,
      timeout: CONNECT_TIMEOUT_MS,
    });
    request.once('error', reject);
    request.once('timeout', () => request.destroy(new Error('no answer in time')));
    request.once('response', (answer) => request.destroy(refusal(proxy, answer)));
    request.once('connect', (answer: IncomingMessage, socket: Duplex, head: Buffer) => {
      request.off('error', reject);
      if (answer.statusCode !== 200) return reject(refusal(proxy, answer, socket));
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.end();
  });
}

function refusal(proxy: URL, { statusCode }: IncomingMessage, socket?: Duplex): Error {
  socket?.destroy();
  return new Error(`the proxy ${proxy.host} answered ${statusCode}`);
}

/**
 * Resolves when `host` accepts a TCP connection on `port`; the connection is closed at once.
 *
 * @throws NoAnswer with the reason, also if `signal` aborts first
 */
export function verifyReachable(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', (error) =>
      reject(new NoAnswer(explainFailure(error, `${host}:${port}`), false, error)),
    );
  });
}

/** Returns the Node.js module for a proxy's protocol. @throws Error for other protocols, such as SOCKS */
export function clientFor({ protocol, host }: URL): typeof http | typeof https {
  if (protocol === 'http:') return http;
  if (protocol === 'https:') return https;
  throw new Error(
    `the proxy ${host} uses ${protocol.replace(':', '')}; only http and https proxies are supported`,
  );
}

/** Returns the header with the user and password of a proxy's URL; no header without them. */
export function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'Proxy-Authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}
