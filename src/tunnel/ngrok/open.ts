// The ngrok adapter: each attempt to open a tunnel runs ngrok's SDK in a child process, with one session and one endpoint.
import { hideSecret } from '../../debug.js';
import { verifyReachable } from '../../http/connection.js';
import { readHost } from '../../origin.js';
import type { OpenTunnel, Tunnel } from '../tunnel.js';
import { type NgrokChild, startChild } from './child-process.js';
import { createNgrokFailures, type EndpointOptions, type NgrokFailures } from './failures.js';
import type { ChildFailure, Heartbeat } from './protocol.js';

/** Options of {@link createNgrok}. */
export interface NgrokOptions extends EndpointOptions {
  /** The environment of the child, in which settings and secrets of relay-phone are removed, and of the proxy for advice. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default: a heartbeat every 5 s, to be answered within 5 s. */
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
    const attempt = new AbortController();
    const abort = () => attempt.abort();
    const timer = setTimeout(abort, timeoutMs);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    const createAbortError = () => (signal.aborted ? failures.interrupted() : failures.timedOut(timeoutMs));
    try {
      await verifyEdgeReachable(failures, attempt.signal, createAbortError);
      return await openInChild(options, failures, attempt.signal, createAbortError);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  };
}

/** Connects to the edge before a child is started: cheaper if it fails, and Node.js gives a better reason than the SDK. */
async function verifyEdgeReachable(
  failures: NgrokFailures,
  signal: AbortSignal,
  createAbortError: () => Error,
): Promise<void> {
  const { server } = failures;
  const url = URL.canParse(`tcp://${server}`) ? new URL(`tcp://${server}`) : undefined;
  // The SDK refuses an invalid address, with its own message.
  if (!url?.hostname) return;
  try {
    await verifyReachable(readHost(url), Number(url.port || 443), signal);
  } catch (error) {
    throw signal.aborted ? createAbortError() : failures.unreachable(error);
  }
}

function openInChild(
  options: NgrokOptions,
  failures: NgrokFailures,
  signal: AbortSignal,
  createAbortError: () => Error,
): Promise<Tunnel> {
  const { environment, authtoken, log, onStart, heartbeat = DEFAULT_HEARTBEAT } = options;
  const child = startChild({ environment, secret: authtoken.value, log });
  if (child.pid !== undefined) onStart?.(child.pid);
  return new Promise<Tunnel>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(createAbortError()));
    if (signal.aborted) reject(createAbortError());
    child.onMessage((message) => {
      if (message.kind === 'up') resolve(createChildTunnel(child, message.publicBase, heartbeat));
      if (message.kind === 'failed') resolve(throwFailure(failures, message));
    });
    child.ended.then((reason) => reject(failures.childEnded(reason)));
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

/** How long a child may take to close before it is killed. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Creates the tunnel of a child that reported `up`. When the tunnel is lost, the child is killed. */
function createChildTunnel(child: NgrokChild, publicBase: string, heartbeat: Heartbeat): Tunnel {
  let lossReason: string | undefined;
  let isClosing = false;
  const listeners: ((reason: string) => void)[] = [];
  const watchdog = createWatchdog(heartbeat, () => markLost('the ngrok process stopped answering'));
  child.onMessage((message) => {
    if (message.kind === 'beat') watchdog.renew();
    if (message.kind === 'lost') markLost(message.why);
  });
  child.ended.then(markLost);

  function markLost(reason: string): void {
    // While it closes an endpoint, the SDK also reports it as lost.
    if (lossReason !== undefined || isClosing) return;
    lossReason = reason;
    watchdog.stop();
    child.kill();
    for (const listener of listeners) listener(reason);
  }
  return {
    publicBase,
    onLost: (listener) => {
      if (lossReason === undefined) listeners.push(listener);
      else listener(lossReason);
    },
    close: async () => {
      isClosing = true;
      watchdog.stop();
      child.send({ kind: 'close' });
      const timer = setTimeout(child.kill, CLOSE_TIMEOUT_MS);
      await child.ended;
      clearTimeout(timer);
    },
  };
}

/** Calls `onSilence` when the child has reported no answered heartbeat for three intervals: it hangs. */
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
