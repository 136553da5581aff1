// Counts the attempts at each webhook, and forgets those of long ago.

/** How many webhooks have a place; Twilio tries again within seconds. A power of two. */
const SLOTS = 8192;

/** See the head of this file. */
export interface AttemptCounter {
  /** Which attempt this is, from 1 on. @param subject null when it cannot be known: the first */
  count(subject: string | null): number;
}

/** Makes one. Each subject has one place, and loses it to whoever comes to the same: a map that forgets is slower. */
export function createAttemptCounter(): AttemptCounter {
  const subjects: (string | undefined)[] = Array(SLOTS).fill(undefined);
  const counts = new Uint32Array(SLOTS);
  return {
    count: (subject) => {
      if (subject === null) return 1;
      const slot = positionOf(subject);
      const attempt = subjects[slot] === subject ? (counts[slot] ?? 0) + 1 : 1;
      subjects[slot] = subject;
      counts[slot] = attempt;
      return attempt;
    },
  };
}

function positionOf(subject: string): number {
  let hash = 0;
  for (let at = 0; at < subject.length; at += 1) hash = (Math.imul(hash, 31) + subject.charCodeAt(at)) | 0;
  return hash & (SLOTS - 1);
}
