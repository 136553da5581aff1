// Buys numbers with test credentials: magic numbers and their errors.
import { formatNumber, NUMBER_SETTINGS } from '../../numbers/incoming-phone-numbers/format.js';
import { createHex32, formatFriendlyNumber } from '../../platform/formats.js';
import { findFriendlyName, findValue } from '../../server/form.js';
import { TwilioProblem } from '../../server/problem.js';
import { applyForm, verifyFallbacks } from '../../webhooks/settings.js';

const UNAVAILABLE = '+15005550000';
const AVAILABLE = '+15005550006';
const AREA_CODE = '500';

/**
 * Returns the answer to a purchase; no number is bought. See https://www.twilio.com/docs/iam/test-credentials.
 *
 * @throws TwilioProblem 21421, 21422 or 21452, depending on the magic number or area code
 */
export function buyTestNumber(form: URLSearchParams, accountSid: string, at: number) {
  const phoneNumber = chooseNumber(form);
  const settings = applyForm(NUMBER_SETTINGS, {}, form, () => true);
  verifyFallbacks(settings);
  const friendlyName = findFriendlyName(form) ?? formatFriendlyNumber(phoneNumber);
  const number = {
    seq: 0,
    sid: `PN${createHex32()}`,
    type: 'local',
    phoneNumber,
    friendlyName,
    settings,
  } as const;
  return {
    ...formatNumber(accountSid, { ...number, createdAt: at, updatedAt: at }),
    capabilities: { voice: true, sms: true, mms: true, fax: false },
    status: 'new',
  };
}

function chooseNumber(form: URLSearchParams): string {
  const number = findValue(form, 'PhoneNumber');
  if (number === AVAILABLE) return number;
  if (number === UNAVAILABLE) throw new TwilioProblem(400, 21422, `${number} is not available`);
  const areaCode = findValue(form, 'AreaCode');
  if (number !== undefined || areaCode === undefined) {
    throw new TwilioProblem(400, 21421, `${number ?? ''} is not a valid number`);
  }
  if (areaCode === AREA_CODE) return AVAILABLE;
  throw new TwilioProblem(400, 21452, `No phone numbers found in area code ${areaCode}`);
}
