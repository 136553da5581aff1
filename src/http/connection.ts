// Opens a raw connection to a host, directly or through an HTTP proxy, and checks that a host accepts connections.
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { debug } from '../debug.js';
import { formatAuthority } from '../origin.js';
import { clearTimeout, setTimeout } from '../real-time.js';
import { connectOptionsFor, openRequest } from './client.js';
import { explainFailure, ProxyFailure } from './failure.js';
import { formatProxy, type HttpProxy, proxyAuthorization } from './proxy.js';
import { NoAnswer } from './send.js';

const CONNECT_TIMEOUT_MS = 30_000;

/**
 * Connects to `host`.
 *
 * @param host a name or an address; an IPv6 address without brackets
 * @param proxy of `findProxy`; undefined connects directly
 * @param timeoutMs milliseconds until the connection is open
 * @throws the system's error, or ProxyFailure if the proxy refuses or cannot be reached
 */
export function openConnection(
  host: string,
  port: number,
  proxy: HttpProxy | undefined,
  timeoutMs = CONNECT_TIMEOUT_MS,
): Promise<Duplex> {
  debug(
    'http',
    () => `connect to ${formatAuthority(host, port)}${proxy ? ` through ${formatProxy(proxy)}` : ''}`,
  );
  return proxy ? openThrough(proxy, host, port, timeoutMs) : openDirectly(host, port, timeoutMs);
}

function openDirectly(host: string, port: number, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: timeoutMs, noDelay: true });
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
function openThrough(proxy: HttpProxy, host: string, port: number, timeoutMs: number): Promise<Duplex> {
  const authority = formatAuthority(host, port);
  const named = `the proxy ${formatProxy(proxy)}`;
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      clearTimeout(timer);
      const tryNext = ['run it again', `check ${proxy.variable}, and that the proxy runs`];
      reject(new ProxyFailure(explainFailure(error, named), 'network', tryNext, error));
    };
    const request = openRequest(proxy.url, {
      method: 'CONNECT',
      path: authority,
      headers: { Host: authority, ...proxyAuthorization(proxy.url) },
      agent: false,
    });
    const timer = setTimeout(() => {
      request.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
    }, timeoutMs);
    request.once('error', fail);
    request.once('connect', (answer: IncomingMessage, socket: Duplex, head: Buffer) => {
      clearTimeout(timer);
      request.off('error', fail);
      const status = answer.statusCode ?? 0;
      if (status < 200 || status > 299) {
        socket.destroy();
        return reject(createRefusal(proxy, answer, authority));
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.end();
  });
}

/** A proxy that answers one of these would answer it again: its user or its administrator has to change something. */
const FINAL: readonly (number | undefined)[] = [401, 403, 407, 451];
/** The schemes of Proxy-Authenticate for Windows domains. */
const DOMAIN_SCHEMES = /\b(?:NTLM|Negotiate|Kerberos)\b/i;

function createRefusal(
  proxy: HttpProxy,
  { statusCode, statusMessage = '', headers }: IncomingMessage,
  authority: string,
): ProxyFailure {
  const name = formatProxy(proxy);
  const answer = `${statusCode} ${statusMessage.slice(0, 100)}`.trim();
  return new ProxyFailure(
    `the proxy ${name} answered ${answer} to CONNECT ${authority}`,
    FINAL.includes(statusCode) ? 'needsUser' : 'network',
    statusCode === 407
      ? adviseSignIn(proxy, headers['proxy-authenticate'] ?? [])
      : [
          ...(FINAL.includes(statusCode) ? [] : ['run it again']),
          `ask the administrator of the proxy to allow connections to ${authority}`,
          `NO_PROXY=${authority.replace(/:\d+$/, '')}, if this machine reaches it without the proxy`,
        ],
  );
}

function adviseSignIn(proxy: HttpProxy, challenges: readonly string[] | string): string[] {
  const schemes = [challenges].flat().join();
  if (DOMAIN_SCHEMES.test(schemes) && !/\bBasic\b/i.test(schemes))
    return [
      `it asks for ${DOMAIN_SCHEMES.exec(schemes)?.[0]}, and only Basic is supported: set ${proxy.variable} to a local proxy that signs in, such as Px or Cntlm`,
    ];
  const { protocol } = proxy.url;
  return [
    proxy.url.username === ''
      ? `${proxy.variable}=${protocol}//USER:PASSWORD@${formatProxy(proxy)}, with @ as %40, : as %3A and / as %2F in the password`
      : `correct the user and the password in ${proxy.variable}`,
  ];
}

/**
 * Resolves when `host` accepts a TCP connection on `port`; the connection is closed at once. On this machine either
 * loopback address will do.
 *
 * @throws NoAnswer with the reason, also if `signal` aborts first
 */
export function verifyReachable(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, signal, ...connectOptionsFor(host) });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', (error) =>
      reject(new NoAnswer(explainFailure(error, formatAuthority(host, port)), false, error)),
    );
  });
}
