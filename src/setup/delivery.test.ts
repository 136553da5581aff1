// What is said of a text that is not known to have arrived.
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
  ['init', 'relay-phone init, which follows it on'],
  ['send-test', 'relay-phone send-test --verify --code NNNNNN, when the code is there all the same'],
  ['send-test --direct', 'relay-phone send-test --direct, once more'],
])('a text without a receipt may be on the phone, and %s says what to do then', (command, advice) => {
  const fault = findDeliveryFault(text, command);
  expect(fault?.reason).toMatch(/after 60 s it is still sent; the carrier may give no receipt/);
  expect(fault?.tryNext).toEqual(['look at the phone', advice]);
});

it('a text that arrived, or is only planned, has no fault', () => {
  for (const status of ['delivered', 'read', 'planned'])
    expect(findDeliveryFault({ ...text, status }, 'init')).toBeUndefined();
});
