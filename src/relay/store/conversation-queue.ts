// Which rows of the outbox are open, lane by lane in their order: held in memory, because an index of them is dear.
import type { Store } from '../../state/database.js';

/** See the head of this file. */
export interface ConversationQueues {
  add(lane: string, id: number): void;
  /** The oldest open row of a lane. */
  findFirst(lane: string): number | undefined;
  remove(lane: string, id: number): void;
  /** The lanes that may have open rows since it was last asked; the first time, all that have. */
  take(): readonly string[];
  /** How many rows are open. */
  count(): number;
  /** Reads them again. */
  reload(): void;
}

/** Reads which there are. What could not be kept is forgotten. */
export function createConversationQueues(store: Store): ConversationQueues {
  const open = store.query<{ id: number; lane: string }>(
    'SELECT id, lane FROM outgoing WHERE endedAt IS NULL ORDER BY id',
  );
  const lanes = new Map<string, number[]>();
  let touched = new Set<string>();
  let count = 0;

  function add(lane: string, id: number): void {
    const ids = lanes.get(lane);
    if (ids) ids.push(id);
    else lanes.set(lane, [id]);
    touched.add(lane);
    count += 1;
  }

  function reload(): void {
    lanes.clear();
    count = 0;
    for (const { id, lane } of open.all()) add(lane, id);
  }

  reload();
  store.onLost(reload);
  return {
    add,
    findFirst: (lane) => lanes.get(lane)?.[0],
    remove: (lane, id) => {
      const ids = lanes.get(lane);
      // Nearly always the first.
      const at = ids?.indexOf(id) ?? -1;
      if (!ids || at === -1) return;
      ids.splice(at, 1);
      count -= 1;
      if (ids.length === 0) lanes.delete(lane);
    },
    take: () => {
      if (touched.size === 0) return [];
      const taken = [...touched];
      touched = new Set();
      return taken;
    },
    count: () => count,
    reload,
  };
}
