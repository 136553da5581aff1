// Sentences that are announced soon to people who do not see the screen, besides the traces.
import { signal } from '@preact/signals';

/** What was not announced yet. */
export const announcements = signal<readonly string[]>([]);

/** Has a sentence announced within two seconds, without an interruption. */
export function announce(words: string): void {
  announcements.value = [...announcements.value, words];
}
