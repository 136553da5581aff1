// Injected faults: requests of the app that fail, how, and how often they did.
import { useSignal } from '@preact/signals';
import type { FaultRule } from '../../../../sandbox/server/faults.js';
import { inPath } from '../../api.js';
import { ActButton } from '../../parts/act-button.js';
import { useLoaded } from '../../parts/loaded.js';
import { showText } from '../../words.js';
import { Card, type CardProps, Of, typeInto } from './card.js';

/** A fault as the control API lists it. */
interface ListedFault {
  readonly id: string;
  readonly rule: FaultRule;
  readonly hits: number;
}

/** Adds, lists and removes them. */
export function Faults({ lab, act }: CardProps) {
  const changes = useSignal(0);
  const latest = lab.events.value.findLast(({ kind }) => kind === 'fault.hit')?.id;
  const faults =
    useLoaded(() => lab.api.get<ListedFault[]>('/faults'), [changes.value, latest]).value.value ?? [];
  const [path, answer, times] = [useSignal('Messages'), useSignal('503'), useSignal('1')];
  const again = (work: () => Promise<unknown>) =>
    act(async () => {
      await work();
      changes.value += 1;
    });
  const add = (event: Event) => {
    event.preventDefault();
    const how =
      answer.value === 'drop' || answer.value === 'hang' ? answer.value : { status: Number(answer.value) };
    void again(() =>
      lab.api.send('POST', '/faults', {
        path: path.value,
        answer: how,
        ...(times.value !== '' && { times: Number(times.value) }),
      }),
    );
  };
  return (
    <Card title="Injected faults">
      <p class="quiet-text">Make requests of your app fail, to see what it does.</p>
      <form class="fault-form" onSubmit={add}>
        <label>
          Path contains
          <input value={path.value} onInput={typeInto(path)} />
        </label>
        <label>
          Answer
          <select
            value={answer.value}
            onChange={({ currentTarget }) => {
              answer.value = currentTarget.value;
            }}
          >
            {['400', '429', '500', '503', 'drop', 'hang'].map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label>
          Times
          <input value={times.value} inputMode="numeric" onInput={typeInto(times)} />
        </label>
        <ActButton lab={lab} type="submit">
          Add
        </ActButton>
      </form>
      <ul class="rows">
        {faults.map(({ id, rule, hits }) => (
          <li key={id}>
            <bdi class="outside">{showText(`${rule.method ?? ''} ${rule.path ?? 'any path'}`.trim())}</bdi>
            <span>→ {typeof rule.answer === 'string' ? rule.answer : rule.answer.status}</span>
            <span class="quiet-text">
              {rule.times === undefined ? `${hits} hits` : `${hits} of ${rule.times} hits`}
            </span>
            <ActButton
              lab={lab}
              class="quiet"
              onClick={() => void again(() => lab.api.send('DELETE', `/faults/${inPath(id)}`))}
            >
              Remove
              <Of name={showText(`${rule.method ?? 'any'} ${rule.path ?? 'any path'}`)} />
            </ActButton>
          </li>
        ))}
      </ul>
    </Card>
  );
}
