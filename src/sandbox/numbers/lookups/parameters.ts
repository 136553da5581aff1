// How the sandbox treats each parameter of lookups: https://www.twilio.com/docs/lookup.
import { does, notHere, oneOf, type ParameterTable, type Treatment } from '../../server/parameters.js';

/** The packages of version 2 that the sandbox has data for, and those that it lacks. */
const PACKAGES = ['validation', 'caller_name', 'line_type_intelligence'];
const MISSING_PACKAGES = [
  'call_forwarding',
  'identity_match',
  'line_status',
  'live_activity',
  'phone_number_quality_score',
  'pre_fill',
  'reassigned_number',
  'sim_swap',
  'sms_pumping_risk',
];

/** A parameter of a package that the sandbox lacks. */
const ofPackage: Treatment = notHere({ partOf: 'Fields' });

/** The parameters of a lookup of version 2. */
export const LOOKUP_V2: ParameterTable = {
  Fields: { ...does, check: oneOf([...PACKAGES, ...MISSING_PACKAGES]), missing: MISSING_PACKAGES },
  CountryCode: does,
  AddressCountryCode: ofPackage,
  AddressLine1: ofPackage,
  AddressLine2: ofPackage,
  City: ofPackage,
  DateOfBirth: ofPackage,
  FirstName: ofPackage,
  LastName: ofPackage,
  LastVerifiedDate: ofPackage,
  NationalId: ofPackage,
  PartnerSubId: ofPackage,
  PostalCode: ofPackage,
  State: ofPackage,
  VerificationSid: ofPackage,
};

/** The parameters of a lookup of version 1. */
export const LOOKUP_V1: ParameterTable = {
  CountryCode: does,
  Type: { ...does, check: oneOf(['carrier', 'caller-name']) },
  AddOns: notHere(),
  AddOnsData: notHere({ partOf: 'AddOns' }),
};
