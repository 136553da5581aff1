// Looks whether the process that listens where the app should be was started so that it reaches the sandbox.
import type { AppProcess } from '../../../checks/doctor/doctor-context.js';
import { isLoopback } from '../../../origin.js';
import { describeListener, type Listener, listListeners } from '../../../programs/listeners.js';
import { findProcess } from '../../../programs/tree.js';
import { someVariable } from '../../../programs/variables.js';

/** What leads a program to the sandbox. */
export interface SandboxTraits {
  /** Where the app should be. */
  readonly app: string;
  /** The proxy's token, which only programs of this sandbox have; undefined if no program was ever started. */
  readonly token: string | undefined;
  /** Where the sandbox answers; undefined if it does not run. An app may have it as the address of Twilio. */
  readonly sandbox: string | undefined;
  /** The values of the app's `.env`, which an app may take into its environment later. */
  readonly envValues: readonly string[];
}

/** Programs that only pass on what arrives: the app is behind them. */
const FORWARDERS: readonly string[] = [
  'caddy',
  'docker-proxy',
  'envoy',
  'haproxy',
  'kubectl',
  'nginx',
  'pasta',
  'rootlesskit',
  'rootlessport',
  'slirp4netns',
  'socat',
  'ssh',
  'sshd',
  'traefik',
];

/** Looks at the process. What is not seen is unknown: nothing is claimed about it. */
export function seeAppProcess(traits: SandboxTraits): AppProcess {
  const { hostname, port, protocol } = new URL(traits.app);
  if (!isLoopback(hostname)) return unknown('it is not on this machine');
  const wanted = Number(port) || (protocol === 'https:' ? 443 : 80);
  const listeners = listListeners().filter((one) => one.port === wanted);
  const [first] = listeners;
  if (!first) return unknown('its process belongs to another user, or to a container');
  const seen = listeners.map((listener) => seeListener(listener, traits));
  return (
    seen.find(({ start }) => start === 'inside') ??
    seen.find(({ start }) => start === 'unknown') ?? { start: 'outside', process: describeListener(first) }
  );
}

function seeListener(listener: Listener, { token, sandbox, envValues }: SandboxTraits): AppProcess {
  const { pid, name } = listener;
  if (FORWARDERS.includes(name)) return unknown(`${describeListener(listener)} only passes requests on`);
  if (isAncestor(pid)) return unknown('it runs in a process that started this relay-phone');
  const marks = [token, sandbox && new URL(sandbox).host].filter((mark) => mark !== undefined);
  const leadsHere = (value: string) => marks.some((mark) => value.includes(mark));
  if (envValues.some(leadsHere)) return { start: 'inside' };
  const isLed = someVariable(pid, leadsHere);
  if (isLed === undefined)
    return unknown(`the environment of ${describeListener(listener)} is not shown here`);
  return isLed ? { start: 'inside' } : { start: 'outside', process: describeListener(listener) };
}

function unknown(why: string): AppProcess {
  return { start: 'unknown', why };
}

/** True for this process and those above it: a test suite may hold the app, and start relay-phone. */
function isAncestor(pid: number): boolean {
  for (let own: number | undefined = process.pid; own !== undefined && own > 0; ) {
    if (own === pid) return true;
    own = own === process.pid ? process.ppid : findProcess(own)?.parentPid;
  }
  return false;
}
