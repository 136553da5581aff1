// Counts the attempts at each webhook, and forgets those of long ago.

/** How many webhooks are remembered at least: Twilio tries again within seconds. */
const REMEMBERED = 4000;

/** See the head of this file. */
export interface Attempts {
  /** Which attempt this is, from 1 on. @param subject null when it cannot be known: the first */
  count(subject: string | null): number;
}

/** Makes one. */
export function createAttempts(): Attempts {
  // Two, because a map is slow to tell its oldest.
  let [newer, older] = [new Map<string, number>(), new Map<string, number>()];
  return {
    count: (subject) => {
      if (subject === null) return 1;
      const attempt = (newer.get(subject) ?? older.get(subject) ?? 0) + 1;
      newer.set(subject, attempt);
      if (newer.size >= REMEMBERED) [newer, older] = [new Map(), newer];
      return attempt;
    },
  };
}
