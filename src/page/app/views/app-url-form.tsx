// A form that says where texts and calls to a number go: to the URL of somebody's own app.
import { useSignal } from '@preact/signals';
import { inPath } from '../api.js';
import type { Lab } from '../lab.js';
import { ActButton } from '../parts/act-button.js';
import { Failure } from '../parts/common.js';

/** What many frameworks listen on, so that the form of the answer is seen. */
const PLACEHOLDER = 'http://127.0.0.1:8000/sms';

/** Asks for the URL of texts. A number that the account does not own is bought: in a sandbox that costs nothing. */
export function AppUrlForm({ lab, number }: { readonly lab: Lab; readonly number: string }) {
  const url = useSignal('');
  const error = useSignal<unknown>(undefined);
  const save = async (event: Event) => {
    event.preventDefault();
    error.value = undefined;
    try {
      await lab.api.send('PUT', `/numbers/${inPath(number)}`, { sms: url.value });
    } catch (failure) {
      error.value = failure;
    }
    lab.refresh();
  };
  return (
    <form class="inline" onSubmit={save}>
      <label>
        URL of your app
        <input
          type="url"
          required
          value={url.value}
          placeholder={PLACEHOLDER}
          onInput={({ currentTarget }) => {
            url.value = currentTarget.value;
          }}
        />
      </label>
      <ActButton lab={lab} type="submit">
        Send texts there
      </ActButton>
      {error.value !== undefined && <Failure error={error.value} />}
    </form>
  );
}
