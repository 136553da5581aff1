// Gathers all that is written in one turn of the event loop into one transaction.

/** The transaction of the current turn. */
export interface Turn {
  /** Opens it, unless it is open. */
  begin(): void;
  /** Resolves when it is kept; rejects with the database's error when it could not be; undefined when none is open. */
  kept(): Promise<void> | undefined;
  /** Calls `listener` whenever one could not be kept. */
  onLost(listener: () => void): void;
  /** Has `work` done just before it is kept; once, however often it is asked for. */
  atEnd(work: () => void): void;
  /** Ends it now. */
  end(): void;
  /** Ends it now, and keeps nothing of it. */
  lose(error: unknown): void;
}

/** Makes turns of a database's `BEGIN`, `COMMIT` and `ROLLBACK`. */
export function createTurn(beginWork: () => void, commit: () => void, rollback: () => void): Turn {
  const listeners: (() => void)[] = [];
  const last = new Set<() => void>();
  let settle: { resolve(): void; reject(error: unknown): void } | undefined;
  let kept: Promise<void> | undefined;
  let timer: NodeJS.Immediate | undefined;

  function begin(): void {
    if (kept) return;
    beginWork();
    kept = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    // A writer that does not wait, such as the carrier, must not end the process when the disk is full.
    kept.catch(() => undefined);
    timer = setImmediate(end);
  }

  function end(): void {
    if (!kept) return;
    try {
      for (const work of last) work();
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
      // SQLite has done it by itself already, as it does when the disk is full.
    }
    for (const listener of listeners) listener();
    waiting?.reject(error);
  }

  function close(): typeof settle {
    clearImmediate(timer);
    kept = undefined;
    last.clear();
    return settle;
  }

  return {
    begin,
    kept: () => kept,
    onLost: (listener) => void listeners.push(listener),
    atEnd: (work) => {
      begin();
      last.add(work);
    },
    end,
    lose,
  };
}
