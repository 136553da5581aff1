// Shows what a program asked for that the sandbox lacks, if another process serves the sandbox.
import type { JoinedSandbox } from '../../../sandbox/instance/join.js';
import { describeUnsupported } from '../../../sandbox/platform/events/unsupported.js';
import type { Screen } from '../../core/screen.js';

/**
 * Shows each thing once, from now on. A sandbox in this process tells by itself. The screen says so, too, if this cannot
 * look any more.
 *
 * @returns what ends this
 */
export function watchUnsupported({ accept, control }: JoinedSandbox, screen: Screen): () => void {
  const ending = new AbortController();
  if (accept) return () => undefined;
  const seen = new Set<string>();
  control
    .watch(
      (event) => {
        if (event.kind !== 'unsupported') return;
        const clause = describeUnsupported(event);
        if (!seen.has(clause)) screen.warn(clause);
        seen.add(clause);
      },
      { kinds: ['unsupported'], signal: ending.signal },
    )
    .catch((error: Error) => {
      if (!ending.signal.aborted) screen.warn(`what the sandbox lacks is no longer shown: ${error.message}`);
    });
  return () => ending.abort();
}
