// The settings of a phone: its name, and what it does when it is called.
import { useSignal } from '@preact/signals';
import type { WholeBehaviour } from '../../../sandbox/phones/behaviour.js';
import { inPath } from '../api.js';
import type { Lab } from '../lab.js';
import { offWhenLost } from '../parts/act-button.js';
import { Failure } from '../parts/common.js';
import { useLoaded } from '../parts/loaded.js';
import { showNumber } from '../words.js';
import { CALL_BEHAVIOURS, giveName, nameOf } from './phone-words.js';

/** The name of a phone, which is changed in its place. */
export function PhoneName({ lab, number }: { readonly lab: Lab; readonly number: string }) {
  const isEdited = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const name = nameOf(lab, number);
  const save = async (label: string) => {
    // A field that is left with Esc or Enter loses the focus as well.
    if (!isEdited.value) return;
    error.value = undefined;
    try {
      if (label !== name && label !== showNumber(number)) {
        await lab.api.send('PUT', `/phones/${inPath(number)}/label`, { label });
        giveName(number, label.trim());
        lab.refresh();
      }
      isEdited.value = false;
    } catch (failure) {
      // The field stays, with what was typed.
      error.value = failure;
    }
  };
  if (!isEdited.value) {
    return (
      <h2>
        <button
          type="button"
          class="name"
          title="Give it a name"
          onClick={() => {
            isEdited.value = true;
          }}
        >
          {name}
        </button>
        {name !== showNumber(number) && <span class="quiet-text"> {showNumber(number)}</span>}
      </h2>
    );
  }
  return (
    <>
      <input
        class="name"
        aria-label="Name of the phone"
        maxLength={64}
        defaultValue={name === showNumber(number) ? '' : name}
        ref={(element) => element?.focus()}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            [isEdited.value, error.value] = [false, undefined];
          }
          if (event.key !== 'Enter') return;
          // Else the same key would press the button that takes the field's place.
          event.preventDefault();
          void save(event.currentTarget.value);
        }}
        onBlur={({ currentTarget }) => void save(currentTarget.value)}
      />
      {error.value !== undefined && <Failure error={error.value} />}
    </>
  );
}

/** What the phone does when it is called. */
export function WhenCalled(props: {
  readonly lab: Lab;
  readonly number: string;
  /** Undefined for a phone that nobody has used yet: then it is asked for. */
  readonly calls: WholeBehaviour['calls'] | undefined;
}) {
  const { lab, number } = props;
  const path = `/phones/${inPath(number)}/behaviour`;
  const changes = useSignal(0);
  const error = useSignal<unknown>(undefined);
  const asked = useLoaded(
    async () => (props.calls === undefined ? lab.api.get<WholeBehaviour>(path) : undefined),
    [path, props.calls, changes.value],
  ).value.value;
  const change = async (calls: string) => {
    error.value = undefined;
    await lab.api.send('PUT', path, { calls }).catch((failure) => {
      error.value = failure;
    });
    changes.value += 1;
    lab.refresh();
  };
  return (
    <>
      <label class="ringing">
        When called, it
        <select
          {...offWhenLost(lab)}
          value={props.calls ?? asked?.calls ?? 'answers'}
          onChange={({ currentTarget }) => void change(currentTarget.value)}
        >
          {Object.entries(CALL_BEHAVIOURS).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </label>
      {error.value !== undefined && <Failure error={error.value} />}
    </>
  );
}
