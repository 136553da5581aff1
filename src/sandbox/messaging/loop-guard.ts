// Ends conversations in which two numbers answer each other for ever.

/** How many answers two numbers may have in {@link SPAN}. */
const MOST_ANSWERS = 30;
/** Milliseconds; also how long the two have nothing to say to each other afterwards. */
const SPAN = 30_000;
/** How many conversations are remembered. */
const MEMORY = 1000;

/** The guard. */
export interface LoopGuard {
  /**
   * Counts an answer in the conversation of two numbers.
   *
   * @returns whether it is one too many, and must not be sent
   */
  isLoop(one: string, other: string): boolean;
  /** Forgets all conversations. */
  forget(): void;
}

interface Conversation {
  /** When the last answers came, oldest first. */
  readonly answers: readonly number[];
  readonly heldUntil: number;
}

/** Starts one that follows https://www.twilio.com/docs/api/errors/14107. */
export function createLoopGuard(now: () => number): LoopGuard {
  const conversations = new Map<string, Conversation>();

  function remember(name: string, conversation: Conversation): void {
    conversations.delete(name);
    conversations.set(name, conversation);
    const [oldest] = conversations.keys();
    if (conversations.size > MEMORY && oldest !== undefined) conversations.delete(oldest);
  }

  return {
    isLoop: (one, other) => {
      const name = [one, other].toSorted().join(' ');
      const at = now();
      const { answers, heldUntil } = conversations.get(name) ?? { answers: [], heldUntil: at };
      if (at < heldUntil) return true;
      const recent = [...answers.filter((time) => at - time < SPAN), at];
      const isLoop = recent.length > MOST_ANSWERS;
      remember(name, isLoop ? { answers: [], heldUntil: at + SPAN } : { answers: recent, heldUntil: at });
      return isLoop;
    },
    forget: () => conversations.clear(),
  };
}
