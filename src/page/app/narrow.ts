// Whether the window is narrow, as style.css decides: then the screens are at its foot.
import { signal } from '@preact/signals';

const query = matchMedia('(max-width: 760px)');

/** True in a narrow window. */
export const isNarrow = signal(query.matches);

query.addEventListener('change', () => {
  isNarrow.value = query.matches;
});
