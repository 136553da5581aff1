// How the sandbox treats each parameter of the number search:
// https://www.twilio.com/docs/phone-numbers/api/availablephonenumber-resource.
import { checksOnly, does, flag, PAGING, type ParameterTable } from '../../server/parameters.js';

/** The parameters of a search. */
export const SEARCH_NUMBERS: ParameterTable = {
  AreaCode: does,
  Contains: does,
  SmsEnabled: does,
  MmsEnabled: does,
  VoiceEnabled: does,
  FaxEnabled: does,
  NearNumber: does,
  NearLatLong: does,
  Distance: does,
  InPostalCode: does,
  InRegion: does,
  InRateCenter: does,
  InLata: does,
  InLocality: does,
  // No number here is beta or requires an address.
  Beta: checksOnly(flag),
  ExcludeAllAddressRequired: checksOnly(flag),
  ExcludeLocalAddressRequired: checksOnly(flag),
  ExcludeForeignAddressRequired: checksOnly(flag),
  ...PAGING,
};
