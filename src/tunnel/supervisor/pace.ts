// How fast a lost tunnel is sought again: quick for the first minute, ever slower afterwards.

/** The times by which a tunnel is kept; milliseconds. */
export interface ReconnectTimes {
  /** What an attempt may take. */
  readonly limit: number;
  /** The least it may take while an outage is young, when the last success says that more is not needed. */
  readonly quickLimit: number;
  /** How long an outage counts as young. */
  readonly young: number;
  /** How long the first way up may take altogether, before it is given up. */
  readonly patience: number;
  /** How long a refusal that our own lost tunnel may have caused is taken for that. */
  readonly ghost: number;
  /** Between two proofs. */
  readonly proofEvery: number;
  /** What a proof may take. */
  readonly proofLimit: number;
  /** Between a proof that failed and the next; also between those of a tunnel that has just come up. */
  readonly proofAgain: number;
  /** How long a tunnel that has just come up may be unproven. */
  readonly proofPatience: number;
  /** How long the next attempt waits for a lost tunnel to close, so that it does not find its own name taken. */
  readonly farewell: number;
  /** How long a tunnel must have been up for its loss to be a new outage. */
  readonly steady: number;
  /** A second that lasts this much longer was spent asleep. */
  readonly sleep: number;
}

/** A tunnel that is gone is noticed within 30 s, and back at most 3 s after ngrok is, if that is within a minute. */
export const RECONNECT_TIMES: ReconnectTimes = {
  limit: 15_000,
  quickLimit: 1_500,
  young: 60_000,
  patience: 30_000,
  ghost: 120_000,
  proofEvery: 20_000,
  proofLimit: 4_000,
  proofAgain: 500,
  proofPatience: 30_000,
  farewell: 300,
  steady: 5_000,
  sleep: 10_000,
};

const FIRST_DELAY = 250;
const SHORTEST_CAP = 1_000;
const LONGEST_CAP = 10_000;

/**
 * Milliseconds from the start of an attempt that failed to the next: 0.25 s, doubling, to a sixtieth of the outage, which is between 1 s and
 * 10 s; up to a fifth less, so that many do not come at once.
 *
 * @param failures how many attempts failed since the tunnel was lost, at least 1
 * @param random from 0 to 1
 */
export function findDelay(failures: number, outage: number, random: number): number {
  const cap = Math.min(Math.max(outage / 60, SHORTEST_CAP), LONGEST_CAP);
  return Math.min(FIRST_DELAY * 2 ** (failures - 1), cap) * (1 - 0.2 * random);
}

/**
 * Milliseconds an attempt may take. One that hangs must not outlast a short outage, so three times what the last success
 * took is all it gets while the outage is young.
 */
export function findLimit(pace: ReconnectTimes, outage: number, lastSuccess: number | undefined): number {
  if (lastSuccess === undefined || outage >= pace.young) return pace.limit;
  return Math.min(Math.max(3 * lastSuccess, pace.quickLimit), pace.limit);
}
