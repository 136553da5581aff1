// The ngrok adapter: each attempt to open a tunnel runs ngrok's SDK in a child process, with one session and one endpoint.
import { hideSecret } from '../../debug.js';
import { verifyReachable } from '../../http/connection.js';
import type { OpenTunnel, Tunnel } from '../tunnel.js';
import { type NgrokChild, startChild } from './child-process.js';
import { createNgrokFailures, type EndpointOptions, type NgrokFailures } from './failures.js';
import type { ChildFailure, Heartbeat } from './protocol.js';

/** Options of {@link createNgrok}. */
export interface NgrokOptions extends EndpointOptions {
  /** The environment of the child, which does not inherit relay-phone's settings and secrets. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default: every 5 s, answered within 5 s. */
  readonly heartbeat?: Heartbeat;
  /** Is called with each line that the SDK prints, without the authtoken. */
  readonly log?: (line: string) => void;
  /** Is called with the process id of each child. */
  readonly onStart?: (pid: number) => void;
}

const DEFAULT_HEARTBEAT: Heartbeat = { intervalSeconds: 5, toleranceSeconds: 5 };

/**
 * Creates the function that opens tunnels through ngrok (https://ngrok.com/docs/agent). In its child process the SDK can
 * neither block nor abort relay-phone, nor print on its stdout.
 */
export function createNgrok(options: NgrokOptions): OpenTunnel {
  hideSecret(options.authtoken.value);
  const failures = createNgrokFailures(options);
  return async ({ timeoutMs, signal }) => {
    const over = new AbortController();
    const end = () => over.abort();
    const timer = setTimeout(end, timeoutMs);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    const giveUp = () => (signal.aborted ? failures.interrupted() : failures.timedOut(timeoutMs));
    try {
      await verifyEdgeReachable(failures, over.signal, giveUp);
      return await openInChild(options, failures, over.signal, giveUp);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  };
}

/** Connects first without a child: without a network this is cheaper, and Node.js gives a better reason than the SDK. */
async function verifyEdgeReachable(
  failures: NgrokFailures,
  over: AbortSignal,
  giveUp: () => Error,
): Promise<void> {
  const { server } = failures;
  const { hostname, port } = URL.canParse(`tcp://${server}`)
    ? new URL(`tcp://${server}`)
    : { hostname: '', port: '' };
  // The SDK itself refuses an invalid address.
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

/** After this time a child that was asked to close is killed. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Creates the tunnel of a child that reported `up`. A tunnel that is lost is not repaired: its child is killed. */
function createChildTunnel(child: NgrokChild, publicBase: string, heartbeat: Heartbeat): Tunnel {
  let why: string | undefined;
  let isClosing = false;
  const listeners: ((why: string) => void)[] = [];
  const watch = createWatchdog(heartbeat, () => markLost('the ngrok process stopped answering'));
  child.onMessage((message) => {
    if (message.kind === 'beat') watch.renew();
    if (message.kind === 'lost') markLost(message.why);
  });
  child.ended.then(markLost);

  function markLost(reason: string): void {
    // While it closes an endpoint, the SDK also reports it as lost.
    if (why !== undefined || isClosing) return;
    why = reason;
    watch.stop();
    child.kill();
    for (const listener of listeners) listener(reason);
  }
  return {
    publicBase,
    onLost: (listener) => {
      if (why === undefined) listeners.push(listener);
      else listener(why);
    },
    close: async () => {
      isClosing = true;
      watch.stop();
      child.send({ kind: 'close' });
      const timer = setTimeout(child.kill, CLOSE_TIMEOUT_MS);
      await child.ended;
      clearTimeout(timer);
    },
  };
}

/** The child reports each answered heartbeat; a child that reports none for long hangs. */
function createWatchdog({ intervalSeconds, toleranceSeconds }: Heartbeat, onSilence: () => void) {
  const timeoutMs = (3 * intervalSeconds + toleranceSeconds) * 1000;
  let timer = setTimeout(onSilence, timeoutMs);
  return {
    renew: () => {
      clearTimeout(timer);
      timer = setTimeout(onSilence, timeoutMs);
    },
    stop: () => clearTimeout(timer),
  };
}
