// The ngrok adapter: each attempt is a process of its own, with one session and one endpoint in it.
import { hideSecret } from '../../debug.js';
import { verifyReachable } from '../../http/connection.js';
import type { OpenTunnel, Sourced, Tunnel } from '../tunnel.js';
import { startChild } from './child-process.js';
import { createChildTunnel } from './child-tunnel.js';
import type { NgrokEdge } from './edge.js';
import { createNgrokFailures, type NgrokFailures } from './failures.js';
import type { ChildFailure, Heartbeat } from './protocol.js';

/** What the adapter needs to know. */
export interface NgrokOptions {
  readonly authtoken: Sourced;
  /** A bare host name; undefined takes the account's dev domain. */
  readonly domain: Sourced | undefined;
  /** The loopback port that requests go to. */
  readonly port: number;
  /** What the child inherits; our own settings and secrets are left out. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** See `readNgrokEdge`. Default: ngrok's own. */
  readonly edge?: NgrokEdge;
  /** Default: asked every 5 s, answered within 5 s. */
  readonly heartbeat?: Heartbeat;
  /** Gets what the SDK prints, without the authtoken. */
  readonly log?: (line: string) => void;
  /** Where a local ngrok agent may answer. Default: its own default addresses. */
  readonly agentOrigins?: readonly string[];
  /** The flag that takes any other public base, for advice. Default `--url`. */
  readonly urlFlag?: string;
  /** Gets the process id of each child. */
  readonly onStart?: (pid: number) => void;
}

const HEARTBEAT: Heartbeat = { interval: 5, tolerance: 5 };

/**
 * Opens tunnels through ngrok's SDK, which can neither hang nor abort us nor print on our stdout.
 * Page: https://ngrok.com/docs/agent
 */
export function createNgrok(options: NgrokOptions): OpenTunnel {
  hideSecret(options.authtoken.value);
  const failures = createNgrokFailures(options);
  return async ({ limit, signal }) => {
    const over = new AbortController();
    const end = () => over.abort();
    const timer = setTimeout(end, limit);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    const giveUp = () => (signal.aborted ? failures.stopped() : failures.late(limit));
    try {
      await verifyEdge(failures, over.signal, giveUp);
      return await openInChild(options, failures, over.signal, giveUp);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  };
}

/** While there is no network a process each second would be a waste, and Node.js knows better what is wrong. */
async function verifyEdge(failures: NgrokFailures, over: AbortSignal, giveUp: () => Error): Promise<void> {
  const { server } = failures;
  const { hostname, port } = URL.canParse(`tcp://${server}`)
    ? new URL(`tcp://${server}`)
    : { hostname: '', port: '' };
  // What is no address the SDK refuses itself.
  if (hostname === '') return;
  try {
    await verifyReachable(hostname.replace(/^\[|\]$/g, ''), Number(port || 443), over);
  } catch (error) {
    throw over.aborted ? giveUp() : failures.unreachable(error);
  }
}

function openInChild(
  options: NgrokOptions,
  failures: NgrokFailures,
  over: AbortSignal,
  giveUp: () => Error,
): Promise<Tunnel> {
  const { environment, authtoken, log, onStart, heartbeat = HEARTBEAT } = options;
  const child = startChild({ environment, secret: authtoken.value, log });
  if (child.pid !== undefined) onStart?.(child.pid);
  return new Promise<Tunnel>((resolve, reject) => {
    over.addEventListener('abort', () => reject(giveUp()));
    if (over.aborted) reject(giveUp());
    child.onMessage((message) => {
      if (message.kind === 'up') resolve(createChildTunnel(child, message.publicBase, heartbeat));
      if (message.kind === 'failed') resolve(raise(failures, message));
    });
    child.ended.then((how) => reject(failures.died(how)));
    child.send(createOrder(options));
  }).catch((error: unknown) => {
    child.kill();
    throw error;
  });
}

function createOrder({ authtoken, domain, port, edge, heartbeat = HEARTBEAT }: NgrokOptions) {
  return {
    kind: 'open',
    authtoken: authtoken.value,
    domain: domain?.value,
    upstream: `http://127.0.0.1:${port}`,
    server: edge?.server,
    ca: edge?.ca,
    heartbeat,
  } as const;
}

async function raise(failures: NgrokFailures, failure: ChildFailure): Promise<never> {
  throw failure.stage === 'load' ? failures.unloadable(failure) : await failures.refused(failure);
}
