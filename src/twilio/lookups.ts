// The product of Twilio's that knows numbers, in its second version.
import LookupsModule from 'twilio/lib/rest/Lookups.js';
import type { TwilioClient } from './sdk.js';

type Lookups = typeof LookupsModule.prototype;

/** Looks numbers up as the account that `client` signs in to. https://www.twilio.com/docs/lookup/v2-api */
export function openLookups(client: TwilioClient): Lookups['v2'] {
  return new LookupsModule(client).v2;
}
