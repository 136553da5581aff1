// The error for a text that did not arrive.
import { expect, it } from 'vitest';
import { findDeliveryFault } from './delivery.js';

const text = {
  sid: 'SM1',
  from: '+12025550100',
  to: '+12025550190',
  status: 'sent',
  errorCode: undefined,
  shown: undefined,
};

it.each([
  ['init', 'relay-phone init, which continues to follow it'],
  ['send-test', 'relay-phone send-test --verify --code NNNNNN, if the code arrived after all'],
  ['send-test --direct', 'relay-phone send-test --direct, to send another one'],
])(
  'the advice of %s for a text without a delivery receipt is to look at the phone, then to continue',
  (command, advice) => {
    const fault = findDeliveryFault(text, command);
    expect(fault?.reason).toMatch(/after 60 s it is still sent; some carriers send no delivery receipt/);
    expect(fault?.tryNext).toEqual(['look at the phone', advice]);
  },
);

it('finds no fault in a text that arrived or is only planned', () => {
  for (const status of ['delivered', 'read', 'planned'])
    expect(findDeliveryFault({ ...text, status }, 'init')).toBeUndefined();
});
