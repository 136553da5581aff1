// The name of a phone and its behaviour, in words.
import { signal } from '@preact/signals';
import type { WholeBehaviour } from '../../../sandbox/phones/behaviour.js';
import type { Lab } from '../lab.js';
import { showNumber } from '../words.js';

/** What a phone does when it is called, in words. */
export const CALL_BEHAVIOURS: Readonly<Record<WholeBehaviour['calls'], string>> = {
  answers: 'answers by itself',
  'no-answer': 'rings until you answer',
  busy: 'is busy',
  rejects: 'declines',
};

/** The names given in this tab: the sandbox lists a phone, and its label, only once it was used. */
const givenNames = signal<ReadonlyMap<string, string>>(new Map());

/** Shows a name from now on; an empty one removes it. */
export function giveName(number: string, name: string): void {
  givenNames.value = new Map([...givenNames.value, [number, name]]);
}

/** The name of a phone, as people call it. */
export function nameOf(lab: Lab, number: string): string {
  const listed = lab.holdings.value?.phones.find((phone) => phone.number === number);
  const name = listed ? listed.label : givenNames.value.get(number);
  return name ? name : showNumber(number);
}

/** What is unusual about how a phone treats texts and calls, in words; empty if nothing is. */
export function wordBehaviour(behaviour: WholeBehaviour): string {
  const { texts, slow, blocked, callerId } = behaviour;
  const parts = [
    texts === 'delivered'
      ? ''
      : typeof texts === 'string'
        ? { read: 'reads texts', silent: 'gets texts in silence' }[texts]
        : 'undelivered' in texts
          ? `gets no texts (${texts.undelivered})`
          : `texts fail (${texts.failed})`,
    slow > 0 ? `${slow / 1000} s late` : '',
    callerId === 'withheld' ? 'hides its number' : '',
    blocked.length > 0 ? `blocks ${blocked.length}` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
