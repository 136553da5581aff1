// Remembers the newest entries of something, and forgets the oldest.

/** See the head of this file. */
export interface RecentEntries<Value> {
  find(key: string): Value | undefined;
  add(key: string, value: Value): void;
  clear(): void;
}

/** @param limit how many are remembered */
export function createRecentEntries<Value>(limit: number): RecentEntries<Value> {
  const known = new Map<string, Value>();
  /** In the order of being added, from `oldest` on and round again: a map is slow to tell its oldest. */
  const order: string[] = [];
  let oldest = 0;
  return {
    find: (key) => known.get(key),
    add: (key, value) => {
      known.set(key, value);
      if (order.length < limit) {
        order.push(key);
        return;
      }
      known.delete(order[oldest] ?? key);
      order[oldest] = key;
      oldest = (oldest + 1) % limit;
    },
    clear: () => {
      known.clear();
      order.length = 0;
      oldest = 0;
    },
  };
}
