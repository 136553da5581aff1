// Tells people who do not see the screen what happened last, at most every two seconds.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Inspector } from '../live.js';
import { showText } from '../words.js';

/** Milliseconds between two announcements: a reader cannot follow more. */
const PAUSE_MS = 2000;

/** The one live region of the page. @param latest returns the sentence about what happened last; `''` for nothing */
export function Announcer(props: { readonly lab: Inspector; readonly latest: () => string }) {
  const { lab, latest } = props;
  const said = useSignal('');
  useEffect(() => {
    const timer = setInterval(() => {
      const isLost = lab.connection.peek() === 'lost';
      said.value = isLost ? 'Reconnecting' : showText(latest());
    }, PAUSE_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="hidden" role="status" aria-live="polite">
      {said.value}
    </div>
  );
}
