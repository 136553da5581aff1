// The ngrok adapter: each attempt runs in its own process, with one session and one endpoint.
import { hideSecret } from '../../debug.js';
import { verifyReachable } from '../../http/connection.js';
import type { OpenTunnel, Tunnel } from '../tunnel.js';
import { startChild } from './child-process.js';
import { createChildTunnel } from './child-tunnel.js';
import { createNgrokFailures, type NgrokFailureOptions, type NgrokFailures } from './failures.js';
import type { ChildFailure, Heartbeat } from './protocol.js';

/** The options of the ngrok adapter. */
export interface NgrokOptions extends NgrokFailureOptions {
  /** The environment of the child; our own settings and secrets are left out. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default: asked every 5 s, answered within 5 s. */
  readonly heartbeat?: Heartbeat;
  /** Gets what the SDK prints, without the authtoken. */
  readonly log?: (line: string) => void;
  /** Gets the process id of each child. */
  readonly onStart?: (pid: number) => void;
}

const DEFAULT_HEARTBEAT: Heartbeat = { intervalSeconds: 5, toleranceSeconds: 5 };

/**
 * Creates an adapter that opens tunnels with ngrok's SDK in a process of its own, so that the SDK can neither hang nor
 * abort this one, nor print to its stdout. See https://ngrok.com/docs/agent.
 */
export function createNgrok(options: NgrokOptions): OpenTunnel {
  hideSecret(options.authtoken.value);
  const failures = createNgrokFailures(options);
  return async ({ timeoutMs: limit, signal }) => {
    const over = new AbortController();
    const end = () => over.abort();
    const timer = setTimeout(end, limit);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    const giveUp = () => (signal.aborted ? failures.interrupted() : failures.timedOut(limit));
    try {
      await verifyEdgeReachable(failures, over.signal, giveUp);
      return await openInChild(options, failures, over.signal, giveUp);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  };
}

/** While there is no network a process each second would be a waste, and Node.js knows better what is wrong. */
async function verifyEdgeReachable(
  failures: NgrokFailures,
  over: AbortSignal,
  giveUp: () => Error,
): Promise<void> {
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
  const { environment, authtoken, log, onStart, heartbeat = DEFAULT_HEARTBEAT } = options;
  const child = startChild({ environment, secret: authtoken.value, log });
  if (child.pid !== undefined) onStart?.(child.pid);
  return new Promise<Tunnel>((resolve, reject) => {
    over.addEventListener('abort', () => reject(giveUp()));
    if (over.aborted) reject(giveUp());
    child.onMessage((message) => {
      if (message.kind === 'up') resolve(createChildTunnel(child, message.publicBase, heartbeat));
      if (message.kind === 'failed') resolve(throwFailure(failures, message));
    });
    child.ended.then((how) => reject(failures.childEnded(how)));
    child.send(createOpenMessage(options));
  }).catch((error: unknown) => {
    child.kill();
    throw error;
  });
}

function createOpenMessage({ authtoken, domain, port, edge, heartbeat = DEFAULT_HEARTBEAT }: NgrokOptions) {
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

async function throwFailure(failures: NgrokFailures, failure: ChildFailure): Promise<never> {
  throw failure.stage === 'load' ? failures.sdkNotLoaded(failure) : await failures.refused(failure);
}
