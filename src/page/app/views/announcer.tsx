// Tells people who do not see the screen what happened: the latest trace in its sentence, at most every two seconds.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Lab } from '../lab.js';
import { showText } from '../words.js';

/** Milliseconds between two announcements: a reader cannot follow more. */
const PAUSE_MS = 2000;

/** The one live region of the page. */
export function Announcer({ lab }: { readonly lab: Lab }) {
  const said = useSignal('');
  useEffect(() => {
    const timer = setInterval(() => {
      const isLost = lab.connection.peek() === 'lost';
      said.value = isLost ? 'Reconnecting' : showText(lab.traces.peek()[0]?.sentence ?? '');
    }, PAUSE_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="hidden" role="status" aria-live="polite">
      {said.value}
    </div>
  );
}
