// Tests the order of the checks on texts and calls to a mask.
import { expect, it } from 'vitest';
import { decideCall, decideText, type MaskState } from './incoming.js';

const REAL = '+13015550195';
const CONTACT = '+12125550190';
const OPEN: MaskState = { enabled: true, textsLeft: 1, secondsLeft: 1, realNumber: REAL };
const SHUT: MaskState = { ...OPEN, enabled: false, textsLeft: 0, secondsLeft: 0 };

it.each([
  ['out-of-texts', SHUT, REAL, true],
  ['reply', { ...SHUT, textsLeft: 1 }, REAL, true],
  ['disabled', { ...SHUT, textsLeft: 1 }, CONTACT, true],
  ['blocked', OPEN, CONTACT, true],
  ['forward', OPEN, CONTACT, false],
] as const)('decides that a text is: %s', (decision, mask, from, isBlocked) => {
  expect(decideText(mask, from, () => isBlocked)).toBe(decision);
});

it.each([
  ['disabled', SHUT, true],
  ['out-of-seconds', { ...SHUT, enabled: true }, true],
  ['out-of-seconds', { ...OPEN, secondsLeft: -7 }, false],
  ['blocked', OPEN, true],
  ['connect', OPEN, false],
] as const)('decides that a call is: %s', (decision, mask, isBlocked) => {
  expect(decideCall(mask, () => isBlocked)).toBe(decision);
});
