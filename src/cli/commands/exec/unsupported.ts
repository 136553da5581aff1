// Shows what a program asked for that the sandbox lacks, if another process serves the sandbox.
import type { JoinedSandbox } from '../../../sandbox/instance/join.js';
import { describeUnsupported, type Unsupported } from '../../../sandbox/platform/events/unsupported.js';
import type { Screen } from '../../core/screen.js';

/**
 * Shows each thing once, from the event after `since` on. A sandbox in this process tells by itself. The screen says so, too,
 * if this cannot look any more.
 *
 * @returns what ends this; it resolves once everything is shown that the sandbox was asked for before
 */
export function watchUnsupported(
  { accept, control }: Pick<JoinedSandbox, 'accept' | 'control'>,
  screen: Pick<Screen, 'warn'>,
  since: number,
): () => Promise<void> {
  if (accept) return async () => undefined;
  const ending = new AbortController();
  const seen = new Set<string>();
  const show = (thing: Pick<Unsupported, 'name' | 'host'>) => {
    const clause = describeUnsupported(thing);
    if (!seen.has(clause)) screen.warn(clause);
    seen.add(clause);
  };
  control
    .watch((event) => event.kind === 'unsupported' && show(event), {
      kinds: ['unsupported'],
      signal: ending.signal,
      since,
    })
    .catch((error: Error) => {
      if (!ending.signal.aborted) screen.warn(`what the sandbox lacks is no longer shown: ${error.message}`);
    });
  return async () => {
    ending.abort();
    // The last events may not have arrived. If the sandbox is gone, the stream has said so.
    for (const use of await control.unsupported({ since }).catch(() => [])) show(use);
  };
}
