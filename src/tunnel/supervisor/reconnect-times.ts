// How fast a lost tunnel is sought again: quick for the first minute, ever slower afterwards.

/** The times by which a tunnel is kept; milliseconds. */
export interface ReconnectTimes {
  /** What an attempt may take. */
  readonly attemptTimeoutMs: number;
  /** The least it may take while an outage is young, when the last success says that more is not needed. */
  readonly minAttemptTimeoutMs: number;
  /** How long an outage counts as young. */
  readonly shortOutageMs: number;
  /** How long the first way up may take altogether, before it is given up. */
  readonly giveUpAfterMs: number;
  /** How long a refusal that our own lost tunnel may have caused is taken for that. */
  readonly ownTunnelLingersMs: number;
  /** Between two proofs. */
  readonly proofIntervalMs: number;
  /** What a proof may take. */
  readonly proofTimeoutMs: number;
  /** Between a proof that failed and the next; also between those of a tunnel that has just come up. */
  readonly proofRetryMs: number;
  /** How long a tunnel that has just come up may be unproven. */
  readonly firstProofMs: number;
  /** How long the next attempt waits for a lost tunnel to close, so that it does not find its own name taken. */
  readonly closeWaitMs: number;
  /** How long a tunnel must have been up for its loss to be a new outage. */
  readonly steadyAfterMs: number;
  /** A second that lasts this much longer was spent asleep. */
  readonly sleepMs: number;
}

/** A tunnel that is gone is noticed within 30 s, and back at most 3 s after ngrok is, if that is within a minute. */
export const RECONNECT_TIMES: ReconnectTimes = {
  attemptTimeoutMs: 15_000,
  minAttemptTimeoutMs: 1_500,
  shortOutageMs: 60_000,
  giveUpAfterMs: 30_000,
  ownTunnelLingersMs: 120_000,
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
 * Milliseconds from the start of an attempt that failed to the next: 0.25 s, doubling, to a sixtieth of the outage, which is between 1 s and
 * 10 s; up to a fifth less, so that many do not come at once.
 *
 * @param failures how many attempts failed since the tunnel was lost, at least 1
 * @param random from 0 to 1
 */
export function findRetryDelayMs(failures: number, outage: number, random: number): number {
  const cap = Math.min(Math.max(outage / 60, MIN_DELAY_CAP_MS), MAX_DELAY_CAP_MS);
  return Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), cap) * (1 - 0.2 * random);
}

/**
 * Milliseconds an attempt may take. One that hangs must not outlast a short outage, so three times what the last success
 * took is all it gets while the outage is young.
 */
export function findAttemptTimeoutMs(
  pace: ReconnectTimes,
  outage: number,
  lastSuccess: number | undefined,
): number {
  if (lastSuccess === undefined || outage >= pace.shortOutageMs) return pace.attemptTimeoutMs;
  return Math.min(Math.max(3 * lastSuccess, pace.minAttemptTimeoutMs), pace.attemptTimeoutMs);
}
