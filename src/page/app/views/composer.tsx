// The composer of a phone: a text and pictures, which stay in it until they were sent.
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { inPath } from '../api.js';
import type { Lab } from '../lab.js';
import { ActButton } from '../parts/act-button.js';
import { Failure } from '../parts/common.js';
import { addPictures, findPictures, PICTURE_TYPES, type Picture } from '../picture.js';
import { showNumber, showText } from '../words.js';

interface ComposerProps {
  readonly lab: Lab;
  readonly number: string;
  readonly other: string;
  /** Whether the account owns the other number: only then it gets texts. */
  readonly isAccounts: boolean;
  /** Called when somebody types or attaches something. */
  readonly onType: () => void;
}

/** Sends to the other number of the conversation. */
export function Composer({ lab, number, other, isAccounts, onType }: ComposerProps) {
  const body = useSignal('');
  const pictures = useSignal<readonly Picture[]>([]);
  const error = useSignal<unknown>(undefined);
  const isOff = lab.connection.value === 'lost';
  const send = async (event: Event) => {
    event.preventDefault();
    const [text, attached] = [body.value, pictures.value];
    if (isOff || (text === '' && attached.length === 0)) return;
    [body.value, pictures.value, error.value] = ['', [], undefined];
    try {
      await lab.api.send('POST', `/phones/${inPath(number)}/text?wait=none`, {
        to: other,
        body: text,
        mediaUrls: attached.map(({ url }) => url),
      });
    } catch (failure) {
      // Nothing that somebody typed or attached is lost.
      if (body.value === '') body.value = text;
      pictures.value = [...attached, ...pictures.value];
      error.value = failure;
    }
  };
  const attach = async (files: readonly File[]) => {
    onType();
    error.value = undefined;
    try {
      pictures.value = await addPictures(pictures.value, files);
    } catch (failure) {
      error.value = failure;
    }
  };
  if (!isAccounts) {
    return (
      <p class="quiet-text composer">
        {showNumber(other)} is not a number of the account, so nothing is sent there.
      </p>
    );
  }
  return (
    <form class="composer" onSubmit={send}>
      {error.value !== undefined && <Failure error={error.value} />}
      {pictures.value.length > 0 && (
        <ul class="attached" aria-label="Attached pictures">
          {pictures.value.map((picture) => (
            <li key={picture.id}>
              <img src={picture.url} alt={showText(picture.name)} />
              <button
                type="button"
                class="quiet"
                aria-label={`Remove ${showText(picture.name)}`}
                onClick={() => {
                  pictures.value = pictures.value.filter(({ id }) => id !== picture.id);
                }}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="inline">
        <input
          class="say"
          aria-label={`Text to ${showNumber(other)}`}
          placeholder={isOff ? 'Not connected' : 'Write a text'}
          value={body.value}
          autocomplete="off"
          onInput={({ currentTarget }) => {
            body.value = currentTarget.value;
            onType();
          }}
          onPaste={(event) => {
            const pasted = findPictures(event.clipboardData);
            if (pasted.length === 0) return;
            event.preventDefault();
            void attach(pasted);
          }}
        />
        <AttachButton onChoose={(files) => void attach(files)} />
        <ActButton lab={lab} type="submit" class="primary">
          Send
        </ActButton>
      </div>
    </form>
  );
}

/** Opens the browser's file chooser. */
function AttachButton({ onChoose }: { readonly onChoose: (files: readonly File[]) => void }) {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class="quiet attach"
        aria-label="Attach a picture"
        title="Attach a picture, or paste one"
        onClick={() => chooser.current?.click()}
      >
        <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
          <path d="M3 6h18v12H3zM3 16l5-5 4 4 3-3 6 5" />
          <circle cx="16" cy="9.5" r="1.5" />
        </svg>
      </button>
      <input
        type="file"
        accept={PICTURE_TYPES.join()}
        multiple
        hidden
        ref={chooser}
        onChange={({ currentTarget }) => {
          onChoose([...(currentTarget.files ?? [])]);
          // The same file may be chosen again.
          currentTarget.value = '';
        }}
      />
    </>
  );
}
