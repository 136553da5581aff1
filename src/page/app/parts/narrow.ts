// Whether the window is as narrow as a phone, where rows of lists take two lines.
import { type ReadonlySignal, signal } from '@preact/signals';

/** The width below which style/narrow.css changes the look, too. */
const query = matchMedia('(max-width: 760px)');

const narrow = signal(query.matches);
query.addEventListener('change', () => {
  narrow.value = query.matches;
});

/** Whether the window is narrow now. */
export const isNarrow: ReadonlySignal<boolean> = narrow;
