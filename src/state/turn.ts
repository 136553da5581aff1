// Groups everything that is written in one turn of the event loop into one transaction.
import { clearImmediate, setImmediate } from '../real-time.js';

/** The transaction of the current turn. */
export interface Turn {
  /** Begins the transaction, unless it is open. */
  begin(): void;
  /** Resolves when the transaction is committed, rejects with the database's error; undefined if none is open. */
  kept(): Promise<void> | undefined;
  /** Calls `listener` with the reason whenever a transaction could not be committed. */
  onLost(listener: (error: unknown) => void): void;
  /** Runs `work` just before the commit; once per transaction, however often it is asked for. */
  atEnd(work: () => void): void;
  /** Commits now. */
  end(): void;
  /** Rolls back now. */
  lose(error: unknown): void;
}

/** Creates turns from a database's `BEGIN`, `COMMIT` and `ROLLBACK`. */
export function createTurn(beginWork: () => void, commit: () => void, rollback: () => void): Turn {
  const listeners: ((error: unknown) => void)[] = [];
  const beforeCommit = new Set<() => void>();
  let settle: { resolve(): void; reject(error: unknown): void } | undefined;
  let kept: Promise<void> | undefined;
  let timer: NodeJS.Immediate | undefined;

  function begin(): void {
    if (kept) return;
    beginWork();
    kept = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    // A writer that does not wait, such as message delivery, must not end the process when the disk is full.
    kept.catch(() => undefined);
    timer = setImmediate(end);
  }

  function end(): void {
    if (!kept) return;
    try {
      for (const work of beforeCommit) work();
      commit();
    } catch (error) {
      lose(error);
      return;
    }
    close()?.resolve();
  }

  function lose(error: unknown): void {
    if (!kept) return;
    const waiting = close();
    try {
      rollback();
    } catch {
      // SQLite has already rolled back, as it does when the disk is full.
    }
    for (const listener of listeners) listener(error);
    waiting?.reject(error);
  }

  function close(): typeof settle {
    clearImmediate(timer);
    kept = undefined;
    beforeCommit.clear();
    return settle;
  }

  return {
    begin,
    kept: () => kept,
    onLost: (listener) => void listeners.push(listener),
    atEnd: (work) => {
      begin();
      beforeCommit.add(work);
    },
    end,
    lose,
  };
}
