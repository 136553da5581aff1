// Remembers what was asked for that the sandbox lacks, and reports each thing once.
import { RelayPhoneError } from '../../../errors.js';
import type { SandboxEvent } from './event.js';
import { describeUnsupported } from './unsupported.js';
import { readUse, type UnsupportedEvent, type UnsupportedUse } from './unsupported-use.js';

/** The memory. */
export interface UnsupportedLog {
  /** Takes something that was asked for. @param find returns an event by its id, undefined if it is not kept */
  note(event: UnsupportedEvent, find: (id: number) => SandboxEvent | undefined): void;
  /**
   * Lists the latest use of each thing, in the order of events. A reset forgets none.
   *
   * @param since only uses whose event has a higher id. Default: all
   */
  list(since?: number): readonly UnsupportedUse[];
  /** @throws RelayPhoneError `fault` if something was asked for since the last call. */
  verifyNoneNew(): void;
  /** @throws RelayPhoneError `fault` if something was ever asked for. */
  verifyNone(): void;
}

/** Creates an empty memory. @param onFirst is called with the first use of each thing */
export function createUnsupportedLog(onFirst: (use: UnsupportedUse) => void): UnsupportedLog {
  /** The latest use of each thing, by its clause. */
  const uses = new Map<string, UnsupportedUse>();
  let fresh = new Set<string>();

  function verify(clauses: ReadonlySet<string>): void {
    if (clauses.size === 0) return;
    throw new RelayPhoneError({
      kind: 'fault',
      task: 'go on',
      reason: `the app asked for what the sandbox does not have: ${[...clauses].join('; ')}`,
      tryNext: ["createSandbox({ unsupported: 'warn' }), to go on without it"],
    });
  }

  return {
    note: (event, find) => {
      const use = readUse(event, find);
      const clause = describeUnsupported(event);
      fresh.add(clause);
      const isFirst = !uses.delete(clause);
      uses.set(clause, use);
      if (isFirst) onFirst(use);
    },
    list: (since = 0) => [...uses.values()].filter(({ eventId }) => eventId > since),
    verifyNoneNew: () => {
      const found = fresh;
      fresh = new Set();
      verify(found);
    },
    verifyNone: () => verify(new Set(uses.keys())),
  };
}
