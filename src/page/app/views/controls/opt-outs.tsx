// Opt-outs: which phones have texted STOP to which sender.
import { useSignal } from '@preact/signals';
import type { OptOut } from '../../../../sandbox/messaging/opt-outs/opt-outs.js';
import { inPath } from '../../api.js';
import { ActButton } from '../../parts/act-button.js';
import { useLoaded } from '../../parts/loaded.js';
import { showNumber } from '../../words.js';
import { nameOf } from '../phone-words.js';
import { Card, type CardProps, Of } from './card.js';

/** Lists and removes them. */
export function OptOuts({ lab, act }: CardProps) {
  const latest = lab.events.value.findLast(
    ({ kind }) => kind === 'opt-out' || kind === 'sandbox.restored',
  )?.id;
  const changes = useSignal(0);
  const optOuts =
    useLoaded(() => lab.api.get<OptOut[]>('/opt-outs'), [latest, changes.value]).value.value ?? [];
  const optIn = ({ sender, phone }: OptOut) =>
    act(async () => {
      await lab.api.send('DELETE', `/opt-outs/${inPath(sender)}/${inPath(phone)}`);
      changes.value += 1;
    });
  return (
    <Card title="Opt-outs">
      {optOuts.length === 0 && <p class="quiet-text">No phone has texted STOP.</p>}
      <ul class="rows">
        {optOuts.map((one) => (
          <li key={`${one.sender} ${one.phone}`}>
            <strong>{nameOf(lab, one.phone)}</strong> gets nothing from {showNumber(one.sender)}
            <ActButton lab={lab} class="quiet" onClick={() => void optIn(one)}>
              Opt in again
              <Of name={nameOf(lab, one.phone)} />
            </ActButton>
          </li>
        ))}
      </ul>
    </Card>
  );
}
