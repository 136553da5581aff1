// The JSON of a lookup, in both versions of the API.
import type { LineType, LookedUpNumber } from './subject.js';

const HOST = 'https://lookups.twilio.com';

/** The sandbox knows no names. */
const NO_NAME = { caller_name: null, caller_type: null, error_code: null };

/** Packages that the sandbox has no data for. */
const NO_DATA = {
  sim_swap: null,
  call_forwarding: null,
  line_status: null,
  identity_match: null,
  reassigned_number: null,
  sms_pumping_risk: null,
  phone_number_quality_score: null,
  pre_fill: null,
};

/**
 * Formats a lookup of version 1; see https://www.twilio.com/docs/lookup/v1-api.
 *
 * @param types the requested types of data
 * @param search the request's query with `?`, or an empty string
 */
export function formatLookupV1(subject: LookedUpNumber, types: readonly string[], search: string) {
  return {
    caller_name: types.includes('caller-name') ? NO_NAME : null,
    country_code: subject.country,
    phone_number: subject.number,
    national_format: subject.national,
    carrier: types.includes('carrier') ? formatCarrier(subject.line) : null,
    add_ons: null,
    url: `${HOST}/v1/PhoneNumbers/${subject.number}${search}`,
  };
}

/** Formats a lookup of version 2; see https://www.twilio.com/docs/lookup/v2-api. */
export function formatLookupV2(subject: LookedUpNumber, fields: readonly string[]) {
  return {
    calling_country_code: subject.callingCode,
    country_code: subject.country,
    phone_number: subject.number,
    national_format: subject.national,
    valid: true,
    validation_errors: [],
    caller_name: fields.includes('caller_name') ? NO_NAME : null,
    line_type_intelligence: fields.includes('line_type_intelligence') ? formatLineType(subject.line) : null,
    ...NO_DATA,
    url: `${HOST}/v2/PhoneNumbers/${subject.number}`,
  };
}

/** Formats a lookup of version 2 for an invalid number. @param reason Twilio's word for it, such as `TOO_SHORT` */
export function formatInvalid(text: string, reason: string) {
  return {
    calling_country_code: null,
    country_code: null,
    phone_number: text,
    national_format: null,
    valid: false,
    validation_errors: [reason],
    caller_name: null,
    line_type_intelligence: null,
    ...NO_DATA,
    url: `${HOST}/v2/PhoneNumbers/${text}`,
  };
}

function formatCarrier(line: LineType) {
  return {
    mobile_country_code: line.mobileCountryCode,
    mobile_network_code: line.mobileNetworkCode,
    name: line.carrier,
    type: line.v1,
    error_code: null,
  };
}

function formatLineType(line: LineType) {
  return {
    mobile_country_code: line.mobileCountryCode,
    mobile_network_code: line.mobileNetworkCode,
    carrier_name: line.carrier,
    type: line.v2,
    error_code: null,
  };
}
