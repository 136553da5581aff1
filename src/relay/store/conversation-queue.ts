// Which rows of the outbox are open, conversation by conversation in their order: held in memory, because an index of them is dear.
import type { Store } from '../../state/database.js';

/** See the head of this file. */
export interface ConversationQueues {
  add(conversation: string, id: number): void;
  /** The oldest open row of a conversation. */
  findFirst(conversation: string): number | undefined;
  remove(conversation: string, id: number): void;
  /** The lanes that may have open rows since it was last asked; the first time, all that have. */
  take(): readonly string[];
  /** How many rows are open. */
  count(): number;
  /** Reads them again. */
  reload(): void;
}

/** Reads which there are. What could not be kept is forgotten. */
export function createConversationQueues(store: Store): ConversationQueues {
  const open = store.query<{ id: number; conversation: string }>(
    'SELECT id, lane AS conversation FROM outgoing WHERE endedAt IS NULL ORDER BY id',
  );
  const queues = new Map<string, number[]>();
  let touched = new Set<string>();
  let count = 0;

  function add(conversation: string, id: number): void {
    const ids = queues.get(conversation);
    if (ids) ids.push(id);
    else queues.set(conversation, [id]);
    touched.add(conversation);
    count += 1;
  }

  function reload(): void {
    queues.clear();
    count = 0;
    for (const { id, conversation } of open.all()) add(conversation, id);
  }

  reload();
  store.onLost(reload);
  return {
    add,
    findFirst: (conversation) => queues.get(conversation)?.[0],
    remove: (conversation, id) => {
      const ids = queues.get(conversation);
      // Nearly always the first.
      const at = ids?.indexOf(id) ?? -1;
      if (!ids || at === -1) return;
      ids.splice(at, 1);
      count -= 1;
      if (ids.length === 0) queues.delete(conversation);
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
