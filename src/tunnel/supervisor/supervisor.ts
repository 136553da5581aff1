// Supervises a tunnel: opens it, notices its loss, and reopens it.
import { debug } from '../../debug.js';
import { RelayPhoneError } from '../../errors.js';
import { NoAnswer } from '../../http/send.js';
import { type OpenTunnel, type Tunnel, TunnelError } from '../tunnel.js';
import {
  findAttemptTimeoutMs,
  findRetryDelayMs,
  RECONNECT_TIMES,
  type ReconnectTimes,
} from './reconnect-times.js';
import { type Prove, pause, type TunnelLoss, watchTunnel } from './watch.js';

/** A tunnel that is reopened whenever it is lost. */
export interface SupervisedTunnel {
  /**
   * Resolves with the public base when the tunnel is up for the first time and, with `prove`, proven. Rejects with the
   * error if the tunnel ends before that. After a loss the public base may differ; `onState` reports it.
   */
  readonly up: Promise<string>;
  /** Resolves when the tunnel ends: with an error if it was refused, with undefined if it was closed. Never rejects. */
  readonly ended: Promise<Error | undefined>;
  /** Closes the tunnel for good. Never rejects. */
  close(): Promise<void>;
}

/** Options of {@link superviseTunnel}. */
export interface SupervisorOptions {
  /** Is called with each new state. It must not throw. */
  readonly onState: (state: TunnelState) => void;
  /** Is called when the tunnel is up, then every 20 s. Two failed proofs in a row count as a loss. */
  readonly prove?: Prove | undefined;
  readonly times?: Partial<ReconnectTimes>;
  readonly now?: () => number;
  /** Returns a number from 0 to 1 that spreads the retries. */
  readonly random?: () => number;
}

/**
 * Opens a tunnel and keeps it open until it is closed or refused. A loss is noticed within 30 s. After an outage of less
 * than a minute the tunnel is back within 3 s.
 */
export function superviseTunnel(open: OpenTunnel, options: SupervisorOptions): SupervisedTunnel {
  const { prove, now = Date.now, random = Math.random } = options;
  const onState = (state: TunnelState) => {
    debug('tunnel', () => describeState(state));
    options.onState(state);
  };
  const times = { ...RECONNECT_TIMES, ...options.times };
  const closing = new AbortController();
  const { signal } = closing;
  const up = createDeferred<string>();
  /** Resolves when all lost tunnels are closed. */
  let allClosed: Promise<unknown> = Promise.resolve();
  let wasProven = false;
  let failures = 0;
  let outageSince = now();
  let lastDurationMs: number | undefined;

  const ended = run().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  ended.then((error) => {
    if (error) onState({ kind: 'refused', error });
    up.reject(
      error ?? new RelayPhoneError({ kind: 'interrupted', task: 'open the tunnel', reason: 'it was closed' }),
    );
  });

  async function run(): Promise<void> {
    while (!signal.aborted) {
      onState({ kind: 'connecting' });
      const tunnel = await attempt();
      if (tunnel) await superviseUntilLost(tunnel);
    }
  }

  /** Returns undefined if the attempt failed, after the wait before the next one. */
  async function attempt(): Promise<Tunnel | undefined> {
    const start = now();
    try {
      const tunnel = await open({
        timeoutMs: findAttemptTimeoutMs(times, outageMs(), lastDurationMs),
        signal,
      });
      lastDurationMs = now() - start;
      return tunnel;
    } catch (error) {
      if (signal.aborted) return undefined;
      failures += 1;
      if (!mayRetry(error)) throw error;
      await waitBeforeRetry(error instanceof TunnelError ? error.reason : String(error), now() - start);
      return undefined;
    }
  }

  async function superviseUntilLost(tunnel: Tunnel): Promise<void> {
    const { publicBase } = tunnel;
    const start = now();
    if (!signal.aborted) onState({ kind: 'up', publicBase });
    const loss = await watchTunnel(tunnel, {
      times,
      prove,
      now,
      signal,
      onProven: () => markProven(publicBase),
    });
    if (loss) onState({ kind: 'lost', why: loss.why });
    allClosed = Promise.all([allClosed, tunnel.close()]);
    // After a loss the wait is short: an edge that does not answer must not delay the next attempt.
    if (!loss) return;
    await Promise.race([allClosed, pause(times.closeWaitMs, signal)]);
    if (!wasProven && outageMs() >= times.giveUpAfterMs) throw lossError(loss);
    // A tunnel that is lost as soon as it is up belongs to the same outage.
    const wasSteady = wasProven && now() - start >= times.steadyAfterMs;
    failures = wasSteady ? 0 : failures + 1;
    if (wasSteady) outageSince = now();
    else await waitBeforeRetry(loss.why);
  }

  function markProven(publicBase: string): void {
    wasProven = true;
    if (prove) onState({ kind: 'proven', publicBase });
    up.resolve(publicBase);
  }

  function outageMs(): number {
    return now() - outageSince;
  }

  function mayRetry(error: unknown): boolean {
    if (!(error instanceof TunnelError)) return false;
    if (!wasProven) return error.retry === 'always' && outageMs() < times.giveUpAfterMs;
    return (
      error.retry === 'always' || (error.retry === 'after-loss' && outageMs() < times.lostTunnelLingersMs)
    );
  }

  /** @param spentMs time since the start of the last attempt, which counts as waiting time */
  async function waitBeforeRetry(why: string, spentMs = 0): Promise<void> {
    const delayMs = findRetryDelayMs(failures, outageMs(), random());
    // `spentMs` is negative if the clock was set back.
    const delay = Math.round(Math.min(Math.max(delayMs - spentMs, 0), delayMs));
    onState({ kind: 'retrying', why, delay });
    await pause(delay, signal);
  }

  return {
    up: up.promise,
    ended,
    close: async () => {
      closing.abort();
      await ended;
      await allClosed;
    },
  };
}

function describeState(state: TunnelState): string {
  switch (state.kind) {
    case 'connecting':
      return 'connecting';
    case 'up':
    case 'proven':
      return `${state.kind} at ${state.publicBase}`;
    case 'lost':
      return `lost: ${state.why}`;
    case 'retrying':
      return `retrying in ${state.delay} ms: ${state.why}`;
    case 'refused':
      return `refused: ${state.error.message}`;
  }
}

function lossError({ why, error }: TunnelLoss): RelayPhoneError {
  if (error instanceof RelayPhoneError) return error;
  const { kind, tryNext } = (error instanceof NoAnswer && error.proxyFailure) || {
    kind: 'network',
    tryNext: ['check that the tunnel or proxy behind it leads to this machine, and is running'],
  };
  return new RelayPhoneError({
    kind,
    task: 'reach this machine through the public base',
    reason: why,
    tryNext,
    cause: error,
  });
}

function createDeferred<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<Value>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  // Handled here for callers that only use `onState`.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

/** A state of a supervised tunnel; `delay` is in milliseconds. */
export type TunnelState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up'; readonly publicBase: string }
  /** A proof succeeded: the public base leads here. */
  | { readonly kind: 'proven'; readonly publicBase: string }
  | { readonly kind: 'lost'; readonly why: string }
  | { readonly kind: 'retrying'; readonly why: string; readonly delay: number }
  /** Final: a retry cannot succeed. */
  | { readonly kind: 'refused'; readonly error: Error };
