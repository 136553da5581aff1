// What a sandbox needs before other machines may reach it: its public origin, its names, and tokens that nobody can guess.
import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import { RelayPhoneError } from '../../errors.js';
import {
  findOriginFault,
  formatAuthority,
  formatOrigin,
  isLoopback,
  isWildcard,
  readHost,
} from '../../origin.js';
import { plainName } from '../platform/twilio-hosts.js';
import type { SandboxOptions } from '../sandbox.js';
import { findWeakness } from './token-strength.js';

/** How others reach a sandbox. */
export interface RemoteAccess {
  /** True if other machines can reach it. */
  readonly isRemote: boolean;
  /** The origin in the URLs that it hands out, such as those of media files. @param port that it listens on */
  publicOrigin(port: number): string;
  /** The names under which it may be asked, in lower case; undefined if it listens on loopback only. */
  readonly hostNames: readonly string[] | undefined;
}

/**
 * Reads how others reach a sandbox from its options.
 *
 * @throws RelayPhoneError `usage` if others can reach it and a given token is weak, or if the public origin or an allowed
 *   host is malformed.
 */
export function readRemoteAccess(options: SandboxOptions): RemoteAccess {
  const { host = '127.0.0.1', publicOrigin, webhooks = {}, account = {} } = options;
  if (publicOrigin !== undefined) verifyOrigin(publicOrigin);
  for (const allowed of webhooks.allowedHosts ?? []) verifyHost(allowed);
  const isRemote = !isLoopback(host);
  if (!isRemote) {
    const originOf = (port: number) => publicOrigin ?? formatOrigin(host, port);
    return { isRemote, publicOrigin: originOf, hostNames: undefined };
  }
  verifyStrong('auth token', account.authToken);
  verifyStrong('control token', options.controlToken);
  verifyStrong('test auth token', options.testCredentials?.authToken);
  const name = isWildcard(host) ? ownName() : host;
  const originOf = (port: number) => publicOrigin ?? new URL(`http://${formatAuthority(name, port)}`).origin;
  const publicName = readHost(new URL(originOf(80)));
  const names = [publicName, name, ...(webhooks.allowedHosts ?? [])];
  return { isRemote, publicOrigin: originOf, hostNames: names.map(plainName) };
}

/** The host name of this machine: in a container its id, under which its network knows it. */
function ownName(): string {
  const name = hostname().toLowerCase();
  return /^[a-z0-9][a-z0-9.-]*$/.test(name) ? name : '127.0.0.1';
}

function verifyOrigin(publicOrigin: string): void {
  const fault = findOriginFault(publicOrigin, true);
  if (fault === undefined && new URL(publicOrigin).origin === publicOrigin) return;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'start the sandbox',
    reason: `the public origin ${fault ?? 'must be an origin: no path, query or fragment'}`,
    tryNext: ['--public-origin http://NAME:PORT, as the app reaches the sandbox'],
  });
}

/** A URL, port or pattern would allow nothing, and nobody would know why. */
function verifyHost(allowed: string): void {
  const bare = allowed.replace(/^\[(.*)\]$/, '$1');
  if (/^[\w.-]+$/.test(bare) || isIPv6(bare)) return;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'start the sandbox',
    reason: `${JSON.stringify(allowed)} is not an allowed host: it must be a name or an IP address`,
    tryNext: ['webhooks.allowedHosts without schemes, ports and patterns'],
  });
}

function verifyStrong(what: string, token: string | undefined): void {
  const fault = token === undefined ? undefined : findWeakness(token);
  if (fault === undefined) return;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'start a sandbox that other machines can reach',
    reason: `the ${what} ${fault}`,
    tryNext: ['openssl rand -hex 16, for a random token', `give no ${what}: a random one is made`],
  });
}
