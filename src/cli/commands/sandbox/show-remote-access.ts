// Says who can reach a sandbox that listens for other machines, with which tokens, and whom it reaches.
import { networkInterfaces } from 'node:os';
import { isWildcard } from '../../../origin.js';
import type { TokenSource } from '../../../sandbox/accounts/account/store.js';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import type { Screen } from '../../core/screen.js';
import type { Serving } from './serving.js';

const RENEWED: Readonly<Record<TokenSource, string>> = {
  given:
    'the given auth token replaces the one that the account had, and its API keys are removed: others may know those',
  random:
    'the kept account has a new random auth token and no API keys, because others may know those it had',
};

/** Says it. @param renewedBy where the new auth token of a kept account comes from; undefined if it has none */
export function showRemoteAccess(
  screen: Screen,
  { publicOrigin }: Pick<Sandbox, 'publicOrigin'>,
  { host, allowedHosts = [] }: Pick<Serving, 'host' | 'allowedHosts'>,
  renewedBy: TokenSource | undefined,
): void {
  screen.warn(
    `it listens on ${describeAddresses(host)}: any machine that reaches it can use it with one of its tokens`,
  );
  if (renewedBy) screen.warn(RENEWED[renewedBy]);
  if (allowedHosts.length === 0)
    screen.warn('webhooks and media go nowhere: name the host of the app with --allow-host');
  else screen.line(`Webhooks and media go only to ${allowedHosts.join(', ')}.`);
  screen.line(`The app reaches the sandbox at ${publicOrigin}.`);
}

/** Returns where a server on `host` can be reached: for every address, those that the machine has now, by interface. */
export function describeAddresses(host: string, interfaces = networkInterfaces()): string {
  if (!isWildcard(host)) return host;
  const every = `every address of this machine (${host})`;
  const families = host.includes(':') ? ['IPv4', 'IPv6'] : ['IPv4'];
  const found = Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ internal, family }) => !internal && families.includes(family))
      .map(({ address }) => `${address} (${name})`),
  );
  return found.length === 0 ? every : `${every}, now ${found.join(', ')}`;
}
