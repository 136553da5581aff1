// The ngrok adapter: each attempt is a process of its own, with one session and one endpoint in it.
import type { OpenTunnel, Sourced, Tunnel } from '../tunnel.js';
import { type NgrokChild, startChild } from './child-process.js';
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
/** Milliseconds an orderly end may take. */
const FAREWELL = 2_000;

/**
 * Opens tunnels through ngrok's SDK, which can neither hang nor abort us nor print on our stdout.
 * Page: https://ngrok.com/docs/agent
 */
export function createNgrok(options: NgrokOptions): OpenTunnel {
  const failures = createNgrokFailures(options);
  return ({ limit, signal }) =>
    new Promise((resolve, reject) => {
      const child = startChild({
        environment: options.environment,
        secret: options.authtoken.value,
        log: options.log,
      });
      let isOver = false;
      if (child.pid !== undefined) options.onStart?.(child.pid);
      const timer = setTimeout(() => fail(failures.late(limit)), limit);
      const onAbort = () => fail(failures.stopped());
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();

      child.onMessage((message) => {
        if (message.kind === 'failed') fail(explain(failures, message));
        if (message.kind === 'up' && settle())
          resolve(createTunnel(child, message.publicBase, options.heartbeat ?? HEARTBEAT));
      });
      child.ended.then((how) => fail(failures.died(how)));
      child.send(createOrder(options));

      function fail(error: Error | Promise<Error>): void {
        if (!settle()) return;
        child.kill();
        Promise.resolve(error).then(reject, reject);
      }
      /** @returns whether it was not settled before: a child that is killed ends, which is no news then */
      function settle(): boolean {
        if (isOver) return false;
        isOver = true;
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        return true;
      }
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

function explain(failures: NgrokFailures, failure: ChildFailure): Error | Promise<Error> {
  return failure.stage === 'load' ? failures.unloadable(failure) : failures.refused(failure);
}

function createTunnel(child: NgrokChild, publicBase: string, heartbeat: Heartbeat): Tunnel {
  let why: string | undefined;
  let listeners: ((why: string) => void)[] = [];
  const watch = createWatch(heartbeat, () => lose('the ngrok process stopped answering'));
  child.onMessage((message) => {
    if (message.kind === 'beat') watch.renew();
    if (message.kind === 'lost') lose(message.why);
  });
  child.ended.then(lose);

  /** What is lost is not mended in place: the process goes, and its half-dead session with it. */
  function lose(reason: string): void {
    if (why !== undefined) return;
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
      listeners = [];
      watch.stop();
      child.send({ kind: 'close' });
      const timer = setTimeout(child.kill, FAREWELL);
      await child.ended;
      clearTimeout(timer);
    },
  };
}

/** The child tells of each heartbeat that was answered; when it tells of nothing for long, it hangs itself. */
function createWatch({ interval, tolerance }: Heartbeat, onSilence: () => void) {
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
