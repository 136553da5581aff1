// How the phones that were used treat calls and texts.
import type { Behaviour } from '../../../../sandbox/phones/behaviour.js';
import { inPath } from '../../api.js';
import { offWhenLost } from '../../parts/act-button.js';
import { CALL_BEHAVIOURS, nameOf, wordBehaviour } from '../phone-words.js';
import { Card, type CardProps, Of } from './card.js';

const TEXTS: Readonly<Record<string, readonly [words: string, texts: NonNullable<Behaviour['texts']>]>> = {
  delivered: ['gets them', 'delivered'],
  read: ['gets and reads them', 'read'],
  silent: ['gets them, sends no receipt', 'silent'],
  unreachable: ['undelivered: unreachable (30003)', { undelivered: 30003 }],
  filtered: ['undelivered: filtered (30007)', { undelivered: 30007 }],
};

/** Shows each phone with both. */
export function Behaviours({ lab, act }: CardProps) {
  const phones = (lab.holdings.value?.phones ?? []).filter(({ number }) => number.startsWith('+'));
  const change = (number: string, behaviour: Behaviour) =>
    act(() => lab.api.send('PUT', `/phones/${inPath(number)}/behaviour`, behaviour));
  return (
    <Card title="How phones behave">
      {phones.length === 0 && (
        <p class="quiet-text">A phone is listed once it texted, called, or was reached.</p>
      )}
      <ul class="rows">
        {phones.slice(0, 20).map(({ number, behaviour }) => (
          <li key={number} class="behaviour">
            <p>
              <strong>{nameOf(lab, number)}</strong>{' '}
              <span class="quiet-text">{wordBehaviour(behaviour)}</span>
            </p>
            <label>
              When called
              <Of name={nameOf(lab, number)} />
              <select
                {...offWhenLost(lab)}
                value={behaviour.calls}
                onChange={({ currentTarget }) =>
                  void change(number, { calls: currentTarget.value as NonNullable<Behaviour['calls']> })
                }
              >
                {Object.entries(CALL_BEHAVIOURS).map(([name, words]) => (
                  <option key={name} value={name}>
                    {words}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Texts
              <Of name={nameOf(lab, number)} />
              <select
                {...offWhenLost(lab)}
                value={findTexts(behaviour.texts)}
                onChange={({ currentTarget }) => {
                  const texts = TEXTS[currentTarget.value]?.[1];
                  if (texts !== undefined) void change(number, { texts });
                }}
              >
                {Object.entries(TEXTS).map(([name, [words]]) => (
                  <option key={name} value={name}>
                    {words}
                  </option>
                ))}
                <option value="other" disabled>
                  another way
                </option>
              </select>
            </label>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function findTexts(texts: Behaviour['texts']): string {
  const found = Object.entries(TEXTS).find(([, [, one]]) => JSON.stringify(one) === JSON.stringify(texts));
  return found?.[0] ?? 'other';
}
