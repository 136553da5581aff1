// The list of the keys.
import { useEffect, useRef } from 'preact/hooks';
import { areKeysOn, type PageKeys, turnKeys } from '../keys.js';

/** Shows the keys in a dialog. */
export function Help({ keys, onClose }: { readonly keys: PageKeys; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-label="Keys">
      <h2>Keys</h2>
      <dl class="fields">
        {keys.help.map(([pressed, words]) => (
          <div key={pressed}>
            <dt>{pressed}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <label class="choice">
        <input
          type="checkbox"
          checked={areKeysOn.value}
          onChange={({ currentTarget }) => turnKeys(currentTarget.checked)}
        />
        Use these keys
      </label>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
