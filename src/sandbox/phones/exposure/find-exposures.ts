// Answers which phones were ever shown a number, from what is kept of texts and calls.

import type { Store } from '../../platform/database.js';
import { verifyPhoneNumber } from '../../platform/phone-number.js';
import { findInCalls } from './calls.js';
import type { NumberExposure } from './exposure.js';
import { findInMedia } from './media.js';
import { createNumberSpellings, type NumberSpellings } from './spelling.js';
import { findInTexts } from './texts.js';

/** Where phones see numbers: each kind of place says what it shows of one. */
const PLACES: readonly ((store: Store, wanted: NumberSpellings) => readonly NumberExposure[])[] = [
  findInTexts,
  findInMedia,
  findInCalls,
];

/**
 * Every time that a phone other than the number's own was shown it, oldest first.
 *
 * @throws RelayPhoneError `usage` when `number` is no valid phone number.
 */
export function findExposures(store: Store, number: string): readonly NumberExposure[] {
  const wanted = createNumberSpellings(verifyPhoneNumber(number, `find who saw ${number}`));
  return PLACES.flatMap((find) => find(store, wanted)).sort((one, other) => one.at.localeCompare(other.at));
}
