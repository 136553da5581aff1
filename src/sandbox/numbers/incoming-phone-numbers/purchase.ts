// Chooses the number of a purchase.
import { findPhoneNumber } from '../../platform/phone-number.js';
import { findValue } from '../../server/form.js';
import { TwilioProblem } from '../../server/problem.js';
import { readAreaCode } from '../available-phone-numbers/criteria.js';
import { type Offer, searchInventory } from '../available-phone-numbers/search.js';
import { findBlock, type NumberType } from '../inventory.js';
import type { NumberStore } from './store.js';

/**
 * Returns the number to buy: `PhoneNumber`, or else the first available one with `AreaCode`.
 *
 * @param type the type that the path requires, if any
 * @throws TwilioProblem 21421, 21422, 21451, 21452, 21457 or 21458, with the reason
 */
export function chooseNumber(
  form: URLSearchParams,
  type: NumberType | undefined,
  numbers: NumberStore,
): Offer {
  const wanted = findValue(form, 'PhoneNumber');
  if (wanted !== undefined) return chooseByNumber(wanted, type, numbers);
  const areaCode = readAreaCode(form);
  if (areaCode === undefined) throw new TwilioProblem(400, 21421, 'PhoneNumber or AreaCode is required');
  if (type !== undefined) throw new TwilioProblem(400, 21457, 'AreaCode Parameter not Supported');
  return chooseByAreaCode(areaCode, numbers);
}

function chooseByNumber(wanted: string, type: NumberType | undefined, numbers: NumberStore): Offer {
  const number = findPhoneNumber(wanted)?.number;
  if (number === undefined) throw new TwilioProblem(400, 21421, `${wanted} is not a valid number`);
  const block = findBlock(number);
  if (!block || numbers.owned().has(number))
    throw new TwilioProblem(400, 21422, `${number} is not available`);
  if (type !== undefined && block.type !== type) {
    throw new TwilioProblem(400, 21458, `Provisioning Type Mismatch: ${number} is ${block.type}`);
  }
  return { number, block };
}

function chooseByAreaCode(areaCode: string, numbers: NumberStore): Offer {
  const taken = numbers.owned();
  for (const [country, type] of [
    ['US', 'local'],
    ['CA', 'local'],
    ['PR', 'local'],
    ['US', 'toll-free'],
  ] as const) {
    const [offer] = searchInventory({ country, type, areaCode }, taken, 1);
    if (offer) return offer;
  }
  throw new TwilioProblem(400, 21452, `No phone numbers found in area code ${areaCode}`);
}
