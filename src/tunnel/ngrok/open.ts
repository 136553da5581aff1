// The ngrok adapter: each attempt is a process of its own, with one session and one endpoint in it.
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
 * Opens tunnels through ngrok's SDK, which can neither hang nor abort us nor print on our stdout.
 * Page: https://ngrok.com/docs/agent
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

/** Milliseconds an orderly end may take. */
const CLOSE_TIMEOUT_MS = 2_000;

/** The tunnel of a child that said it is up. What is lost is not mended in place: the child goes with it. */
export function createChildTunnel(child: NgrokChild, publicBase: string, heartbeat: Heartbeat): Tunnel {
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
    // The SDK reports an endpoint that we close ourselves as lost, before it is unbound.
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

/** The child tells of each heartbeat that was answered; when it tells of nothing for long, it hangs itself. */
function createWatchdog(
  { intervalSeconds: interval, toleranceSeconds: tolerance }: Heartbeat,
  onSilence: () => void,
) {
  const patience = (3 * interval + tolerance) * 1000;
  let timer = setTimeout(onSilence, patience);
  return {
    renew: () => {
      clearTimeout(timer);
      timer = setTimeout(onSilence, patience);
    },
    stop: () => clearTimeout(timer),
  };
}
