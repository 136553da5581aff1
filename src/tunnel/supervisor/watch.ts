// What tells that an open tunnel is gone: itself, a proof that fails, or that this machine was asleep.
import { setTimeout as wait } from 'node:timers/promises';
import type { Tunnel } from '../tunnel.js';
import type { ReconnectTimes } from './reconnect-times.js';

/** Checks that the public base leads to us; rejects when it does not, or when `signal` says that it took too long. */
export type Prove = (publicBase: string, signal: AbortSignal) => Promise<void>;

/** How a tunnel went. */
export interface TunnelLoss {
  readonly why: string;
  /** What the last proof failed with. */
  readonly error?: unknown;
}

/** What the watch over one tunnel needs. */
interface WatchOptions {
  readonly times: ReconnectTimes;
  readonly prove: Prove | undefined;
  readonly now: () => number;
  /** Called when the public base was proved for the first time; without a proof, at once. */
  readonly onProven: () => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** Resolves when the tunnel is lost, or with undefined when the watch was ended. */
export async function watchTunnel(tunnel: Tunnel, options: WatchOptions): Promise<TunnelLoss | undefined> {
  const over = new AbortController();
  const watch = { ...options, signal: AbortSignal.any([options.signal, over.signal]) };
  try {
    return await Promise.race([
      new Promise<TunnelLoss>((resolve) => tunnel.onLost((why) => resolve({ why }))),
      watchSleep(watch),
      watchProofs(tunnel.publicBase, watch),
      ending(watch.signal),
    ]);
  } finally {
    over.abort();
  }
}

function ending(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/** Timers stand still while the machine sleeps, the clock does not. */
async function watchSleep({ times: pace, now, signal }: WatchOptions): Promise<TunnelLoss | undefined> {
  for (;;) {
    const before = now();
    if (!(await pause(1_000, signal))) return undefined;
    const gap = now() - before - 1_000;
    if (gap > pace.sleepMs) return { why: `this machine was asleep for ${Math.round(gap / 1000)} s` };
  }
}

/** Two failures in a row are a loss. A tunnel that has just come up gets longer: it may take a while to be seen. */
async function watchProofs(publicBase: string, options: WatchOptions): Promise<TunnelLoss | undefined> {
  const { times: pace, prove, now, onProven, signal } = options;
  if (!prove) onProven();
  if (!prove) return ending(signal);
  let proven = false;
  let failures = 0;
  for (const start = now(); !signal.aborted; ) {
    const failure = await tryProof(prove, publicBase, pace.proofTimeoutMs, signal);
    if (signal.aborted) return undefined;
    if (!failure && !proven) onProven();
    proven ||= !failure;
    failures = failure ? failures + 1 : 0;
    if (failure && (proven ? failures >= 2 : now() - start >= pace.firstProofMs)) return failure;
    await pause(failure ? pace.proofRetryMs : pace.proofIntervalMs, signal);
  }
  return undefined;
}

async function tryProof(
  prove: Prove,
  publicBase: string,
  limit: number,
  signal: AbortSignal,
): Promise<TunnelLoss | undefined> {
  const over = new AbortController();
  const late = pause(limit, AbortSignal.any([signal, over.signal])).then(() => {
    throw new Error(`no answer within ${limit / 1000} s`);
  });
  try {
    await Promise.race([prove(publicBase, over.signal), late]);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { why: `${publicBase} did not lead here (${reason})`, error };
  } finally {
    late.catch(() => undefined);
    over.abort();
  }
}

/** @returns whether the time passed before `signal` came */
export function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return wait(milliseconds, true, { signal }).catch(() => false);
}
