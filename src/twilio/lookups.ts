// Twilio's Lookup API, version 2.
import LookupsModule from 'twilio/lib/rest/Lookups.js';
import type { TwilioClient } from './sdk.js';

type Lookups = typeof LookupsModule.prototype;

/** Returns the Lookup resources of the account of `client`. See https://www.twilio.com/docs/lookup/v2-api. */
export function openLookups(client: TwilioClient): Lookups['v2'] {
  return new LookupsModule(client).v2;
}
