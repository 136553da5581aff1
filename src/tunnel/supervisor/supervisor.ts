// Keeps a public base: opens a tunnel, notices when it is gone, and opens it again.
import { debug } from '../../debug.js';
import { RelayPhoneError } from '../../errors.js';
import { type OpenTunnel, type Tunnel, TunnelError } from '../tunnel.js';
import {
  findAttemptTimeoutMs,
  findRetryDelayMs,
  RECONNECT_TIMES,
  type ReconnectTimes,
} from './reconnect-times.js';
import { type Prove, pause, type TunnelLoss, watchTunnel } from './watch.js';

/** A tunnel that is opened again whenever it is lost. */
export interface SupervisedTunnel {
  /**
   * The public base, as soon as it is up, and proved where there is a proof. Rejects with what ended the tunnel before.
   * It may differ after a loss: `onState` tells.
   */
  readonly up: Promise<string>;
  /** How it ended: with an error when it was refused, with undefined when it was closed. Never rejects. */
  readonly ended: Promise<Error | undefined>;
  /** Takes the public base offline for good. Never rejects. */
  close(): Promise<void>;
}

/** How a tunnel is kept. */
export interface SupervisorOptions {
  /** Is told each state as it comes. It must not throw. */
  readonly onState: (state: TunnelState) => void;
  /** Asked after each way up, and every 20 s. Two failures in a row are a loss. */
  readonly prove?: Prove | undefined;
  readonly times?: Partial<ReconnectTimes>;
  readonly now?: () => number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/**
 * Opens a tunnel and keeps it. A loss is noticed within 30 s, and mended at most 3 s after that is possible when the
 * outage lasted less than a minute.
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
  const up = createPromise<string>();
  /** Resolves when all tunnels that were lost are closed. */
  let closings: Promise<unknown> = Promise.resolve();
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
      if (tunnel) await holdUntilLost(tunnel);
    }
  }

  /** @returns undefined when it failed and the wait for the next attempt is over */
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

  async function holdUntilLost(tunnel: Tunnel): Promise<void> {
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
    closings = Promise.all([closings, tunnel.close()]);
    // Not waited for long after a loss: an edge that does not answer would hold up the next attempt.
    if (!loss) return;
    await Promise.race([closings, pause(times.closeWaitMs, signal)]);
    if (!wasProven && outageMs() >= times.giveUpAfterMs) throw lossError(loss);
    // One that is lost as soon as it is up is not a new outage but the old one.
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
      error.retry === 'always' || (error.retry === 'after-loss' && outageMs() < times.ownTunnelLingersMs)
    );
  }

  /** @param spent milliseconds since the last attempt began: one that hung has waited already */
  async function waitBeforeRetry(why: string, spent = 0): Promise<void> {
    const whole = findRetryDelayMs(failures, outageMs(), random());
    // The clock may have been set back meanwhile.
    const delay = Math.round(Math.min(Math.max(whole - spent, 0), whole));
    onState({ kind: 'retrying', why, delay });
    await pause(delay, signal);
  }

  return {
    up: up.promise,
    ended,
    close: async () => {
      closing.abort();
      await ended;
      await closings;
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
  return new RelayPhoneError({
    kind: 'network',
    task: 'reach this machine through the public base',
    reason: why,
    tryNext: ['check that the tunnel or proxy behind it leads to this machine, and is running'],
    cause: error,
  });
}

function createPromise<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<Value>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  // Whoever only listens to the states need not take it.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

/** How a kept tunnel stands; `delay` in milliseconds. */
export type TunnelState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up'; readonly publicBase: string }
  /** Only with a proof: the public base was seen to lead here. */
  | { readonly kind: 'proven'; readonly publicBase: string }
  | { readonly kind: 'lost'; readonly why: string }
  | { readonly kind: 'retrying'; readonly why: string; readonly delay: number }
  /** The end: another attempt would go the same way. */
  | { readonly kind: 'refused'; readonly error: Error };
