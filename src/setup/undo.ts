// Takes back the changes in the journal, newest first.
import type { Change } from './changes.js';
import { reconcileInterrupted } from './run.js';
import type { Setup, SetupStep, UndoOutcome } from './setup.js';

/** How taking back one change ended. */
export interface UndoResult extends UndoOutcome {
  readonly id: string;
  readonly kind: Change['data']['kind'];
}

/** The changes of the account that could be taken back, newest first. */
export function listUndoable(setup: Setup): Change[] {
  return setup.journal
    .changes()
    .filter(({ state }) => state === 'done')
    .reverse();
}

/**
 * Takes back every change of the account, or those that are wanted. Only what still is as we left it is touched; the rest stays and is
 * reported. What was taken back is marked in the journal, so that a second run goes on where the first one ended.
 */
export async function undoChanges(
  setup: Setup,
  steps: readonly SetupStep<string>[],
  isWanted: (change: Change) => boolean = () => true,
): Promise<UndoResult[]> {
  for (const step of steps) await reconcileInterrupted(setup, step);
  const results: UndoResult[] = [];
  for (const change of listUndoable(setup).filter(isWanted)) {
    const { kind } = change.data;
    const outcome = await steps.find((step) => step.kinds.includes(kind))?.undo?.(setup, change);
    if (!outcome) continue;
    if (outcome.undone) setup.journal.undone(change);
    setup.output[outcome.undone ? 'done' : 'warn'](outcome.text);
    results.push({ id: change.id, kind, ...outcome });
  }
  return results;
}
