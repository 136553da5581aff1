// What a phone is called, and how it behaves, in words.
import type { WholeBehaviour } from '../../../sandbox/phones/behaviour.js';
import type { Lab } from '../lab.js';
import { showNumber } from '../words.js';

/** The name of a phone, as people call it. */
export function nameOf(lab: Lab, number: string): string {
  const label = lab.holdings.value?.phones.find((phone) => phone.number === number)?.label;
  return label ? label : showNumber(number);
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
