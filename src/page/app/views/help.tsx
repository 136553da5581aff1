// The list of the keys.
import { useEffect, useRef } from 'preact/hooks';

const KEYS: readonly (readonly [string, string])[] = [
  ['1 … 6', 'the screens, from Phones to Controls'],
  ['Ctrl K', 'go to a screen, a phone or a trace'],
  ['/', 'filter the timeline'],
  ['n', 'write a text'],
  ['.', 'the latest trace'],
  ['↑ ↓ or j k', 'the steps of a trace'],
  ['Esc', 'leave a field, close this'],
  ['?', 'this list'],
];

/** Shows the keys in a dialog. */
export function Help({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-label="Keys">
      <h2>Keys</h2>
      <dl class="fields">
        {KEYS.map(([keys, words]) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={onClose}>
        Close
      </button>
    </dialog>
  );
}
