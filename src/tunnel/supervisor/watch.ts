// Detects the loss of an open tunnel: reported by the tunnel, by failing proofs, or because the machine was asleep.
import { setTimeout as wait } from 'node:timers/promises';
import type { Tunnel } from '../tunnel.js';
import type { ReconnectTimes } from './reconnect-times.js';

/** Checks that the public base leads to this process; rejects if it does not, or if `signal` aborts at the timeout. */
export type Prove = (publicBase: string, signal: AbortSignal) => Promise<void>;

/** Why a tunnel was lost. */
export interface TunnelLoss {
  readonly why: string;
  /** The error of the last proof. */
  readonly error?: unknown;
}

interface WatchOptions {
  readonly times: ReconnectTimes;
  readonly prove: Prove | undefined;
  readonly now: () => number;
  /** Is called after the first successful proof; without `prove`, at once. */
  readonly onProven: () => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** Resolves with the loss of a tunnel, or with undefined when `signal` aborts. */
export async function watchTunnel(tunnel: Tunnel, options: WatchOptions): Promise<TunnelLoss | undefined> {
  const stop = new AbortController();
  const watch = { ...options, signal: AbortSignal.any([options.signal, stop.signal]) };
  try {
    return await Promise.race([
      new Promise<TunnelLoss>((resolve) => tunnel.onLost((why) => resolve({ why }))),
      watchSleep(watch),
      watchProofs(tunnel.publicBase, watch),
      waitForAbort(watch.signal),
    ]);
  } finally {
    stop.abort();
  }
}

function waitForAbort(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/** Detects a sleep by a timer that is late: while the machine sleeps, timers stop and the clock does not. */
async function watchSleep({ times, now, signal }: WatchOptions): Promise<TunnelLoss | undefined> {
  for (;;) {
    const before = now();
    if (!(await pause(1_000, signal))) return undefined;
    const gap = now() - before - 1_000;
    if (gap > times.sleepMs) return { why: `this machine was asleep for ${Math.round(gap / 1000)} s` };
  }
}

/** Two failures in a row are a loss. A new tunnel gets more time, because its host may take a while to resolve. */
async function watchProofs(publicBase: string, options: WatchOptions): Promise<TunnelLoss | undefined> {
  const { times, prove, now, onProven, signal } = options;
  if (!prove) {
    onProven();
    return waitForAbort(signal);
  }
  let proven = false;
  let failures = 0;
  for (const start = now(); !signal.aborted; ) {
    const failure = await tryProof(prove, publicBase, times.proofTimeoutMs, signal);
    if (signal.aborted) return undefined;
    if (!failure && !proven) onProven();
    proven ||= !failure;
    failures = failure ? failures + 1 : 0;
    if (failure && (proven ? failures >= 2 : now() - start >= times.firstProofMs)) return failure;
    await pause(failure ? times.proofRetryMs : times.proofIntervalMs, signal);
  }
  return undefined;
}

async function tryProof(
  prove: Prove,
  publicBase: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<TunnelLoss | undefined> {
  const stop = new AbortController();
  const timeout = pause(timeoutMs, AbortSignal.any([signal, stop.signal])).then(() => {
    throw new Error(`no answer within ${timeoutMs / 1000} s`);
  });
  try {
    await Promise.race([prove(publicBase, stop.signal), timeout]);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { why: `${publicBase} did not lead here (${reason})`, error };
  } finally {
    timeout.catch(() => undefined);
    stop.abort();
  }
}

/** Waits. Resolves to false if `signal` aborts first. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return wait(milliseconds, true, { signal }).catch(() => false);
}
