// Knows the webhooks under way, and so to which chain of causes a request of the app belongs.

/** A webhook that an app is working on. */
export interface InFlightWebhook {
  readonly traceId: string;
  /** The two numbers that it is about. */
  readonly numbers: readonly string[];
}

/** The webhooks under way. */
export interface InFlightWebhooks {
  /** @returns what to call when it has ended */
  begin(flight: InFlightWebhook): () => void;
  /**
   * The trace that an app's request belongs to: that of the webhooks under way that are about `number` (any, when it
   * is not given), if they all have one. An app cannot tell us, so this is a guess, and a sure one as long as one
   * text at a time is on its way.
   */
  findTrace(number?: string): string | undefined;
  has(traceId: string): boolean;
}

/** Starts with none. */
export function createInFlightWebhooks(): InFlightWebhooks {
  const flights = new Set<InFlightWebhook>();
  return {
    begin: (flight) => {
      flights.add(flight);
      return () => void flights.delete(flight);
    },
    findTrace: (number) => {
      if (flights.size === 0) return undefined;
      const about = [...flights].filter(({ numbers }) => number === undefined || numbers.includes(number));
      const [first, ...others] = new Set(about.map(({ traceId }) => traceId));
      return others.length === 0 ? first : undefined;
    },
    has: (traceId) => [...flights].some((flight) => flight.traceId === traceId),
  };
}
