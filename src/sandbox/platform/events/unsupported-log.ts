// Remembers what was asked for that the sandbox lacks, and tells of each thing once.
import { RelayPhoneError } from '../../../errors.js';
import { describeUnsupported, type Unsupported } from './unsupported.js';

/** The memory. */
export interface UnsupportedLog {
  /** Takes something that was asked for. */
  note(unsupported: Unsupported): void;
  /** @throws RelayPhoneError `fault` if something was asked for since the last call. */
  verifyNoneNew(): void;
  /** @throws RelayPhoneError `fault` if something was ever asked for. */
  verifyNone(): void;
}

/** Creates an empty memory. @param onFirst is called once for each thing */
export function createUnsupportedLog(onFirst: (unsupported: Unsupported) => void): UnsupportedLog {
  const seen = new Set<string>();
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
    note: (unsupported) => {
      const clause = describeUnsupported(unsupported);
      fresh.add(clause);
      if (seen.has(clause)) return;
      seen.add(clause);
      onFirst(unsupported);
    },
    verifyNoneNew: () => {
      const found = fresh;
      fresh = new Set();
      verify(found);
    },
    verifyNone: () => verify(seen),
  };
}
