// Removes from the account what behaviours create: journalled before it is created, so that a kill loses nothing.
import type { Change, ChangeDataOf } from '../../setup/changes.js';
import { undoChanges } from '../../setup/run.js';
import type { Setup, SetupOutput } from '../../setup/setup.js';
import { conformanceTraces, isConformanceTrace } from '../../setup/steps/conformance.js';
import type { ResourceCleanUp } from '../side.js';

/** Removes what earlier runs left behind, too. @returns what could not be removed yet, as sentences */
export async function removeTraces(
  setup: Setup,
  isWanted: (change: Change) => boolean = isConformanceTrace,
): Promise<string[]> {
  const results = await undoChanges({ ...setup, output: SILENT }, [conformanceTraces], isWanted);
  return results.filter(({ undone }) => !undone).map(({ text }) => text);
}

/** Creates the clean-up of a live side. @param numbers the two that text and call each other */
export function createCleanUp(setup: Setup, numbers: readonly [string, string]): ResourceCleanUp {
  const open = new Map<string, Change<ChangeDataOf<'trial-created'>>>();
  let optOut: Change<ChangeDataOf<'opt-out-risked'>> | undefined;
  return {
    intend: (collection, tag) => {
      const change = setup.journal.intend({ kind: 'trial-created', collection, tag, numbers: [...numbers] });
      open.set(change.id, change);
      return change.id;
    },
    created: (id, sid) => {
      const change = open.get(id);
      if (!change) return;
      if (sid === undefined) setup.journal.abandoned(change);
      else setup.journal.done(change, { sid });
    },
    optOut: (from, to, state) => {
      if (state === 'risked') optOut ??= setup.journal.intend({ kind: 'opt-out-risked', from, to });
      else if (optOut) {
        setup.journal.abandoned(optOut);
        optOut = undefined;
      }
    },
    removeAll: async () => {
      open.clear();
      optOut = undefined;
      await removeTraces(
        setup,
        (change) => isConformanceTrace(change) && change.data.kind !== 'number-borrowed',
      );
    },
  };
}

/** Every behaviour creates and removes something: nobody wants a line for each. */
const SILENT: SetupOutput = {
  step: () => undefined,
  line: () => undefined,
  done: () => undefined,
  planned: () => undefined,
  warn: () => undefined,
  progress: () => ({ update: () => undefined, end: () => undefined }),
};
