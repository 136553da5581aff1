// Whether Twilio could reach a host, and whether a host can have such a name, judged by name or address alone.
import { BlockList, isIP } from 'node:net';

const NETWORKS = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  NETWORKS.addSubnet(network, bits);
  // The same addresses as IPv6 writes them.
  NETWORKS.addSubnet(`::ffff:${network}`, 96 + bits, 'ipv6');
}
NETWORKS.addSubnet('::', 127, 'ipv6');
NETWORKS.addSubnet('fc00::', 7, 'ipv6');
NETWORKS.addSubnet('fe80::', 10, 'ipv6');
NETWORKS.addSubnet('ff00::', 8, 'ipv6');

/** Names that no public server of names knows: https://www.iana.org/assignments/special-use-domain-names. */
const LOCAL_NAME =
  /(^|\.)(localhost|local|internal|lan|home|localdomain|intranet|private|corp|test|home\.arpa)$/;

/**
 * Returns why Twilio cannot reach a host, as the rest of a sentence; undefined if neither its name nor its address says so.
 * Addresses: unspecified, loopback, private, shared, link-local and multicast. Names are not resolved.
 *
 * @param hostname of a `URL`
 */
export function findHostFault(hostname: string): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, '');
  const version = isIP(host);
  if (version !== 0) {
    const isLocal = NETWORKS.check(host, version === 6 ? 'ipv6' : 'ipv4');
    return isLocal ? 'is a private address, which Twilio cannot reach' : undefined;
  }
  const name = host.replace(/\.$/, '');
  return !name.includes('.') || LOCAL_NAME.test(name)
    ? 'is a local name, which Twilio cannot reach'
    : undefined;
}

/** A part of a name between dots. Names in local networks also have underscores. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const MAX_NAME_LENGTH = 253;

/**
 * Returns why no host can have this name, as the rest of a sentence; undefined for a name that one can have, and for an
 * address. Follows RFC 1123, section 2.1, which is narrower than what a `URL` takes.
 *
 * @param hostname of a `URL`
 */
export function findNameFault(hostname: string): string | undefined {
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return undefined;
  if (hostname.includes('*')) return 'has a wildcard in its host name, and Twilio calls one host';
  const name = hostname.replace(/\.$/, '');
  if (name.length <= MAX_NAME_LENGTH && name.split('.').every((label) => LABEL.test(label))) return undefined;
  return 'has a host name that no host can have: between its dots are 1 to 63 letters, digits or hyphens, and no hyphen comes first or last';
}
