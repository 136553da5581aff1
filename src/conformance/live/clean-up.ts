// Removes from the account what behaviours create: journalled before it is created, so that a kill loses nothing.

import { RelayPhoneError } from '../../errors.js';
import type { Change, ChangeDataOf } from '../../setup/changes.js';
import { listUndoable, reconcileInterrupted, undoChanges } from '../../setup/run.js';
import type { Setup, SetupOutput } from '../../setup/setup.js';
import { conformanceTraces, isConformanceTrace } from '../../setup/steps/conformance.js';
import type { ResourceCleanUp } from '../side.js';

/** What became of the traces, as sentences. */
export interface RemovedTraces {
  readonly removed: readonly string[];
  /** What is still in the account; the journal has it. */
  readonly left: readonly string[];
}

/**
 * Restores the numbers and removes what this run and earlier ones left behind. A failure does not keep the rest from being
 * removed, unless Twilio cannot be reached.
 */
export async function removeTraces(
  setup: Setup,
  isWanted: (change: Change) => boolean = isConformanceTrace,
): Promise<RemovedTraces> {
  const silent = { ...setup, output: SILENT };
  await reconcileInterrupted(silent, conformanceTraces);
  const [removed, left]: [string[], string[]] = [[], []];
  for (const { id } of numbersFirst(listUndoable(setup).filter(isWanted))) {
    try {
      const results = await undoChanges(silent, [conformanceTraces], (change) => change.id === id);
      for (const { undone, text } of results) (undone ? removed : left).push(text);
    } catch (error) {
      if (!(error instanceof RelayPhoneError)) throw error;
      left.push(`could not ${error.task}: ${error.reason}`);
      if (error.kind === 'network') break;
    }
  }
  return { removed, left };
}

/** The app of the numbers waits for their webhooks, so they come before what costs nothing to leave. */
function numbersFirst(changes: readonly Change[]): readonly Change[] {
  const isNumber = ({ data }: Change) => data.kind === 'number-borrowed';
  return [...changes.filter(isNumber), ...changes.filter((one) => !isNumber(one))];
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
