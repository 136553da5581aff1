// Lets a phone call a number of the account.
import { RelayPhoneError } from '../../../errors.js';
import { findPhoneNumber, isShortCode } from '../../platform/phone-number.js';
import { receiveCall } from '../../voice/receive-call.js';
import type { World } from '../../world.js';
import type { PhoneCall } from './phone-call.js';
import { createPhoneInCall } from './phone-in-call.js';

/** What stands in `From` for a number that is withheld; networks also say `restricted`, and write it as they like. */
const WITHHELD = 'anonymous';

/**
 * Starts a call. See https://www.twilio.com/docs/voice/twiml/changelog for a caller whose number is withheld.
 *
 * @param from the phone, in E.164
 * @throws RelayPhoneError `usage` when the account does not own `to`, or owns `from`, or that is a short code.
 */
export function callNumber(world: World, from: string, to: string): PhoneCall {
  const number = findPhoneNumber(to)?.number ?? to;
  const owned = world.numbers.owned();
  if (!owned.has(number)) throw cannotCall(from, `${number} is no number of the account`, 'buy it first');
  if (owned.has(from)) {
    throw cannotCall(from, 'that number belongs to the account, and is no phone', '--from +12025550190');
  }
  if (isShortCode(from)) throw cannotCall(from, 'nobody calls from a short code', '--from +12025550190');
  const { party, call } = createPhoneInCall(world, { phone: from, direction: 'outgoing', shown: number });
  const isWithheld = world.phones.behaviourOf(from).callerId === 'withheld';
  receiveCall(world, { from: isWithheld ? WITHHELD : from, to: number }, party);
  return call;
}

function cannotCall(from: string, reason: string, ...tryNext: string[]): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task: `call from ${from}`, reason, tryNext });
}
