// The times of a supervised tunnel: a lost tunnel is reopened quickly in the first minute, then with growing delays.

/** The times of a supervised tunnel, in milliseconds. */
export interface ReconnectTimes {
  /** How long an attempt may take. */
  readonly attemptTimeoutMs: number;
  /** The shortest timeout of an attempt in a short outage, if the last successful one was quick. */
  readonly minAttemptTimeoutMs: number;
  /** How long an outage may last and still count as short. */
  readonly shortOutageMs: number;
  /** How long the supervisor tries to open the tunnel for the first time. */
  readonly giveUpAfterMs: number;
  /** How long after a loss the lost tunnel may still block the domain. */
  readonly lostTunnelLingersMs: number;
  /** The time between two proofs. */
  readonly proofIntervalMs: number;
  /** How long a proof may take. */
  readonly proofTimeoutMs: number;
  /** The time between a failed proof and the next one. */
  readonly proofRetryMs: number;
  /** How long a new tunnel may take until its first successful proof. */
  readonly firstProofMs: number;
  /** How long the next attempt waits for a lost tunnel to close, so that the domain is free. */
  readonly closeWaitMs: number;
  /** How long a tunnel must be up so that its loss counts as a new outage. */
  readonly steadyAfterMs: number;
  /** The machine was asleep if a second took this much longer. */
  readonly sleepMs: number;
}

/** A loss is noticed within 30 s; after an outage of up to a minute the tunnel is back within 3 s of ngrok's return. */
export const RECONNECT_TIMES: ReconnectTimes = {
  attemptTimeoutMs: 15_000,
  minAttemptTimeoutMs: 1_500,
  shortOutageMs: 60_000,
  giveUpAfterMs: 30_000,
  lostTunnelLingersMs: 120_000,
  proofIntervalMs: 20_000,
  proofTimeoutMs: 4_000,
  proofRetryMs: 500,
  firstProofMs: 30_000,
  closeWaitMs: 300,
  steadyAfterMs: 5_000,
  sleepMs: 10_000,
};

const FIRST_DELAY_MS = 250;
const MIN_DELAY_CAP_MS = 1_000;
const MAX_DELAY_CAP_MS = 10_000;

/**
 * Returns the milliseconds from the start of a failed attempt to the next: 0.25 s, doubling with each failure, capped at
 * a sixtieth of the outage (at least 1 s, at most 10 s). Up to a fifth less at random, so that clients spread out.
 *
 * @param failures failed attempts since the loss, at least 1
 * @param outageMs how long the tunnel has been down
 * @param random from 0 to 1
 */
export function findRetryDelayMs(failures: number, outageMs: number, random: number): number {
  const cap = Math.min(Math.max(outageMs / 60, MIN_DELAY_CAP_MS), MAX_DELAY_CAP_MS);
  return Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), cap) * (1 - 0.2 * random);
}

/**
 * Returns how long an attempt may take. In a short outage it is three times the last successful attempt, so that an
 * attempt that hangs does not outlast the outage.
 *
 * @param lastDurationMs how long the last successful attempt took; undefined before the first
 */
export function findAttemptTimeoutMs(
  times: ReconnectTimes,
  outageMs: number,
  lastDurationMs: number | undefined,
): number {
  if (lastDurationMs === undefined || outageMs >= times.shortOutageMs) return times.attemptTimeoutMs;
  return Math.min(Math.max(3 * lastDurationMs, times.minAttemptTimeoutMs), times.attemptTimeoutMs);
}
