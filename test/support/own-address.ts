// The address of this machine in its network: one that is not loopback.
import { networkInterfaces } from 'node:os';

/** Returns the IPv4 address; undefined on a machine without a network. */
export function findOwnAddress(): string | undefined {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}

/** Why a test is skipped that needs one. */
export const NO_OWN_ADDRESS = 'this machine has no address but loopback';
