// The phones: up to six side by side, each with its conversations, a composer, and the call that it is in.
import { useComputed, useSignal } from '@preact/signals';
import type { Lab } from '../lab.js';
import { Command, Empty, Failure, Skeleton } from '../parts/common.js';
import { Tabs } from '../parts/tabs.js';
import { go, route, withQuery } from '../route.js';
import { readNumber, showNumber } from '../words.js';
import { AppUrlForm } from './app-url-form.js';
import { LatestTraces } from './latest-traces.js';
import { PhoneColumn } from './phone.js';
import { nameOf } from './phone-words.js';

/** Numbers that no carrier gives to anybody, for the first two phones. */
const FIRST_PHONES = ['+12125550190', '+13015550195'] as const;

/** A number that every sandbox sells. */
const FIRST_NUMBER = '+12025550100';

/** How many phones stand side by side at most. */
const MAX_SHOWN = 6;

/** Shows the phones of the address, else the two that were busy last. */
export function PhonesScreen({ lab }: { readonly lab: Lab }) {
  const holdings = lab.holdings.value;
  const shown = useComputed(() => chooseShown(lab, route.value.query.get('n'))).value;
  const narrow = useSignal(0);
  if (!holdings) return <Skeleton />;
  if (holdings.numbers.length === 0) {
    return (
      <Empty title="The account has no number yet">
        <p>
          Phones text and call a number of the account. This adds {showNumber(FIRST_NUMBER)}, whose texts your
          app gets as webhooks:
        </p>
        <AppUrlForm lab={lab} number={FIRST_NUMBER} />
        <p>Without an app, a small Relay of ours shows what there is. In another terminal:</p>
        <Command line={`relay-phone serve --yes --real-number ${FIRST_PHONES[0]}`} />
      </Empty>
    );
  }
  const show = (numbers: readonly string[]) => go(withQuery('n', numbers.join(',')), 'replace');
  const current = Math.min(narrow.value, shown.length - 1);
  return (
    <div class="phones-screen">
      <div class="phones">
        <Tabs
          class="chips"
          label="Phones"
          tabs={shown.map((number) => [number, nameChip(lab, number)])}
          selected={shown[current] ?? ''}
          onSelect={(number) => {
            narrow.value = shown.indexOf(number);
          }}
        />
        <div class="columns">
          {shown.map((number, index) => (
            <PhoneColumn
              key={number}
              lab={lab}
              number={number}
              isCurrent={index === current}
              onClose={shown.length > 1 ? () => show(shown.filter((one) => one !== number)) : undefined}
            />
          ))}
          {shown.length < MAX_SHOWN && (
            <AddPhone lab={lab} shown={shown} onAdd={(one) => show([...shown, one])} />
          )}
        </div>
      </div>
      <aside class="dock" aria-labelledby="dock">
        <h2 id="dock">What happens</h2>
        <LatestTraces lab={lab} />
      </aside>
    </div>
  );
}

/** A phone that is not seen in a narrow window may ring. */
function nameChip(lab: Lab, number: string): string {
  const call = lab.holdings.value?.phones.find((phone) => phone.number === number)?.liveCall;
  const state = call === undefined || call === null ? '' : call.state === 'ringing' ? ' rings' : ' in a call';
  return `${nameOf(lab, number)}${state}`;
}

function chooseShown(lab: Lab, asked: string | null): readonly string[] {
  if (asked) return [...new Set(asked.split(','))].slice(0, MAX_SHOWN);
  const owned = new Set(lab.holdings.value?.numbers.map(({ number }) => number));
  const busy = (lab.holdings.value?.phones ?? [])
    .map(({ number }) => number)
    .filter((number) => !owned.has(number) && /^\+\d+$/.test(number));
  const others = FIRST_PHONES.filter((number) => !busy.includes(number) && !owned.has(number));
  // In the order of their numbers, so that they do not change places whenever one of them is used.
  return [...busy, ...others].slice(0, 2).toSorted();
}

function AddPhone(props: {
  readonly lab: Lab;
  readonly shown: readonly string[];
  readonly onAdd: (number: string) => void;
}) {
  const typed = useSignal('');
  const error = useSignal<unknown>(undefined);
  const known = (props.lab.holdings.value?.phones ?? []).filter(
    ({ number }) => !props.shown.includes(number),
  );
  const add = (event: Event) => {
    event.preventDefault();
    const number = readNumber(typed.value);
    if (!/^\+\d{7,15}$/.test(number)) {
      error.value = new Error('A number begins with + and its country code: +12025550190');
      return;
    }
    error.value = undefined;
    typed.value = '';
    props.onAdd(number);
  };
  return (
    <form class="add-phone" onSubmit={add}>
      <label for="new-phone">Another phone</label>
      <div class="inline">
        <input
          id="new-phone"
          list="known-phones"
          value={typed.value}
          placeholder="+1202…"
          onInput={({ currentTarget }) => {
            typed.value = currentTarget.value;
          }}
        />
        <button type="submit">Add</button>
      </div>
      <datalist id="known-phones">
        {known.map(({ number, label }) => (
          <option key={number} value={number}>
            {label}
          </option>
        ))}
      </datalist>
      {error.value !== undefined && <Failure error={error.value} />}
    </form>
  );
}
