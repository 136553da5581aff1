// Looks up numbers with test credentials: magic numbers of two packages.
import { formatInvalid, formatLookupV2 } from '../../numbers/lookups/format.js';
import { explainInvalid, findLookedUpNumber } from '../../numbers/lookups/subject.js';

/** A package's answer for each of its magic numbers. */
type MagicNumbers = Readonly<Record<string, unknown>>;

/** See https://www.twilio.com/docs/lookup/magic-numbers-for-lookup/testing-sim-swap-with-magic-numbers. */
const SIM_SWAP: MagicNumbers = {
  '+12345678900': simSwap('PT48H'),
  '+12345678901': simSwap('PT24H'),
  '+12345678904': simSwap('PT48H'),
  '+12345678907': simSwap('PT24H'),
};

/** See https://www.twilio.com/docs/lookup/magic-numbers-for-lookup/testing-sms-pumping-risk-with-magic-numbers. */
const SMS_PUMPING_RISK: MagicNumbers = {
  '+441234567890': pumpingRisk('high', false, 2),
  '+441234567891': pumpingRisk('high', true, 34),
  '+911234567890': pumpingRisk('low', false, 2),
};

/**
 * Returns the answer to a lookup of version 2, free of charge. It has the magic numbers whose answers Twilio publishes,
 * with the published part of the answer.
 *
 * @param country for a national number
 * @param fields the requested packages
 */
export function lookUpTestNumber(text: string, country: string, fields: readonly string[]) {
  const subject = findLookedUpNumber(text, country);
  const number = subject?.number ?? text;
  const known = subject
    ? formatLookupV2(subject, fields)
    : formatInvalid(text, explainInvalid(text, country));
  return {
    ...known,
    sim_swap: (fields.includes('sim_swap') && SIM_SWAP[number]) || null,
    sms_pumping_risk: (fields.includes('sms_pumping_risk') && SMS_PUMPING_RISK[number]) || null,
  };
}

function simSwap(period: string) {
  return {
    last_sim_swap: { last_sim_swap_date: null, swapped_period: period, swapped_in_period: false },
    carrier_name: null,
    mobile_country_code: null,
    mobile_network_code: null,
    error_code: null,
  };
}

function pumpingRisk(category: string, isBlocked: boolean, score: number) {
  return {
    carrier_risk_category: category,
    number_blocked: isBlocked,
    number_blocked_date: null,
    number_blocked_last_3_months: null,
    sms_pumping_risk_score: score,
    error_code: null,
  };
}
