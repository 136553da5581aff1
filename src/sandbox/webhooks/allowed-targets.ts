// Limits where webhooks and media downloads may go: to named hosts, and never to special addresses behind their names.
import { type LookupAddress, lookup as lookUp } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { formatAuthority, isLoopback, readHost } from '../../origin.js';
import { WebhookFailure } from './failure.js';

/** The code of a request that is not allowed: https://www.twilio.com/docs/api/errors/11205, HTTP connection failure. */
const NOT_ALLOWED = 11205;

/**
 * Checks that a request may go to the host of a URL, and returns how its name is looked up. The lookup fails if the name
 * leads to a special address that is not allowed itself: loopback, link-local (cloud metadata) and the like. The socket
 * connects to the very addresses that were checked, so a name that changes its address gains nothing.
 *
 * @param allowedHosts names and IP addresses; `localhost` stands for every loopback name and address
 * @param lookup of names. Default: the system's
 * @throws WebhookFailure 11205 if the host is not allowed
 */
export function verifyAllowedTarget(
  url: URL,
  allowedHosts: readonly string[],
  lookup: LookupFunction = lookUp as LookupFunction,
): LookupFunction {
  const host = plainHost(readHost(url));
  const allowed = new Set(allowedHosts.map(plainHost));
  const mayReach = (name: string) => allowed.has(name) || (isLoopback(name) && [...allowed].some(isLoopback));
  if (!mayReach(host)) throw notAllowed(`${host} is not an allowed host`);
  return (name, options, callback) =>
    lookup(name, { ...options, all: true }, (error, found, family) => {
      if (error) return callback(error, '', undefined);
      const addresses: LookupAddress[] =
        typeof found === 'string' ? [{ address: found, family: family ?? isIP(found) }] : found;
      const special = addresses.find(({ address }) => isSpecial(address) && !mayReach(plainHost(address)));
      const [first] = addresses;
      if (special)
        callback(notAllowed(`${host} leads to ${special.address}, a special address`), '', undefined);
      else if (options.all) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family);
    });
}

function notAllowed(reason: string): Error {
  return new WebhookFailure(NOT_ALLOWED, `HTTP connection failure: ${reason} (--allow-host)`);
}

/** Returns a host as URLs have it, without a dot at the end, brackets and zone. */
function plainHost(host: string): string {
  const [bare = ''] = host.replace(/^\[|\]$/g, '').split('%');
  const url = `http://${formatAuthority(bare, 80)}`;
  return (URL.canParse(url) ? readHost(new URL(url)) : bare.toLowerCase()).replace(/\.$/, '');
}

/** Addresses at which a name of somebody else has no business. Private networks are not among them: containers are there. */
const SPECIAL = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
  // The metadata services of Alibaba, Azure and Oracle.
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.192', 32],
] as const)
  SPECIAL.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  // Unspecified, loopback, and IPv4 addresses written as IPv6 ones; those of 6to4, Teredo and NAT64.
  ['::', 96],
  ['2002::', 16],
  ['2001::', 32],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  // The metadata services of AWS and Google.
  ['fd00:ec2::', 32],
  ['fd20:ce::', 32],
] as const)
  SPECIAL.addSubnet(network, prefix, 'ipv6');

function isSpecial(address: string): boolean {
  const bare = plainHost(address);
  const family = isIP(bare);
  // A resolver of the library's user may return anything.
  return family === 0 || SPECIAL.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}
