// What a call costs.

import { callPrice, receivedCallPrice } from '../../../numbers/pricing/tariff.js';
import { findPhoneNumber } from '../../../platform/phone-number.js';
import { findDuration } from './format.js';
import type { Call } from './store.js';

/** In millionths of a dollar; null for a call that was not answered or goes on. */
export function findPrice(call: Call): number | null {
  const seconds = findDuration(call);
  if (seconds === undefined) return null;
  const price = call.direction === 'inbound' ? receivedCallPrice : callPrice;
  return price(findPhoneNumber(call.recipient)?.country, seconds);
}
