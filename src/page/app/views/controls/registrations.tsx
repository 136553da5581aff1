// Registrations: which numbers of the account US carriers take texts of.
import { useSignal } from '@preact/signals';
import type { SenderCompliance } from '../../../../sandbox/accounts/compliance/store.js';
import { inPath } from '../../api.js';
import { ActButton } from '../../parts/act-button.js';
import { useLoaded } from '../../parts/loaded.js';
import { showNumber } from '../../words.js';
import { Card, type CardProps, Of } from './card.js';

/** Shows each number, and changes its registration. */
export function Registrations({ lab, act }: CardProps) {
  const changes = useSignal(0);
  const numbers = lab.holdings.value?.numbers ?? [];
  const lacking =
    useLoaded(() => lab.api.get<SenderCompliance[]>('/compliance'), [changes.value, numbers.length]).value
      .value ?? [];
  const change = (sender: string, compliance: object) =>
    act(async () => {
      await lab.api.send('PUT', `/compliance/${inPath(sender)}`, compliance);
      changes.value += 1;
    });
  return (
    <Card title="Registration of the numbers">
      <p class="quiet-text">
        US carriers take texts of registered numbers only (10DLC, toll-free verification).
      </p>
      <ul class="rows">
        {numbers.map(({ number }) => {
          const lack = lacking.find(({ sender }) => sender === number);
          const isRegistered = lack === undefined;
          return (
            <li key={number}>
              <strong>{showNumber(number)}</strong>
              <span>{isRegistered ? 'registered' : 'not registered'}</span>
              <ActButton
                lab={lab}
                class="quiet"
                onClick={() =>
                  void change(
                    number,
                    isRegistered
                      ? { a2p: 'unregistered', tollFree: 'unverified' }
                      : { a2p: 'registered', tollFree: 'verified' },
                  )
                }
              >
                {isRegistered ? 'Make it unregistered' : 'Register it'}
                <Of name={showNumber(number)} />
              </ActButton>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
