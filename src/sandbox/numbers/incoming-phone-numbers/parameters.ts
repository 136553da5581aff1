// How the sandbox treats each parameter of owned numbers:
// https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource.
import {
  checksOnly,
  does,
  doesExcept,
  flag,
  notHere,
  oneOf,
  PAGING,
  type ParameterTable,
} from '../../server/parameters.js';

/** The settings of a number. */
const SETTINGS: ParameterTable = {
  FriendlyName: does,
  SmsApplicationSid: does,
  SmsUrl: does,
  SmsMethod: does,
  SmsFallbackUrl: does,
  SmsFallbackMethod: does,
  VoiceApplicationSid: does,
  VoiceUrl: does,
  VoiceMethod: does,
  VoiceFallbackUrl: does,
  VoiceFallbackMethod: does,
  StatusCallback: does,
  StatusCallbackMethod: does,
  ApiVersion: { ...doesExcept('2008-08-01'), check: oneOf(['2010-04-01', '2008-08-01']) },
  EmergencyStatus: checksOnly(oneOf(['Active', 'Inactive'])),
  VoiceReceiveMode: { ...doesExcept('fax'), check: oneOf(['voice', 'fax']) },
  VoiceCallerIdLookup: notHere({ anyway: ['false'], check: flag }),
  // Their resources are not here, so any SID is one that does not exist: the handler refuses it.
  AddressSid: notHere(),
  BundleSid: notHere(),
  EmergencyAddressSid: notHere(),
  IdentitySid: notHere(),
  TrunkSid: notHere(),
};

/** The parameters that buy a number by itself, as below a type of numbers. */
export const BUY_NUMBER_OF_TYPE: ParameterTable = { PhoneNumber: does, ...SETTINGS };

/** The parameters that buy a number. */
export const BUY_NUMBER: ParameterTable = { ...BUY_NUMBER_OF_TYPE, AreaCode: does };

/** The parameters that change a number. */
export const UPDATE_NUMBER: ParameterTable = { AccountSid: does, ...SETTINGS };

/** The filters of the list of numbers. */
export const NUMBER_FILTERS: ParameterTable = {
  PhoneNumber: does,
  FriendlyName: does,
  Origin: does,
  // No number here is beta.
  Beta: checksOnly(flag),
};

/** The parameters of the list of numbers. */
export const LIST_NUMBERS: ParameterTable = { ...NUMBER_FILTERS, ...PAGING };
