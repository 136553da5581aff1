// The pages of Twilio's Console where only a person can do something.

const CONSOLE = 'https://console.twilio.com';
const NUMBERS = `${CONSOLE}/us1/develop/phone-numbers`;

/** A page of the Console: its address, and the name that its menu has for it, because addresses change. */
export const CONSOLE_PAGES = {
  /** The account SID and the auth token, under "Account Info". */
  home: CONSOLE,
  keys: `${CONSOLE}/us1/account/keys-credentials/api-keys ("API keys & tokens")`,
  billing: `${CONSOLE}/us1/billing/manage-billing/billing-overview (Billing)`,
  numbers: `${NUMBERS}/manage/incoming (Phone Numbers, Active numbers)`,
  verifiedCallerIds: `${NUMBERS}/manage/verified (Phone Numbers, Verified Caller IDs)`,
  twimlApps: `${NUMBERS}/manage/twiml-apps (Phone Numbers, TwiML apps)`,
  addresses: `${NUMBERS}/regulatory-compliance/addresses (Phone Numbers, Regulatory compliance)`,
  bundles: `${NUMBERS}/regulatory-compliance/bundles (Phone Numbers, Regulatory compliance)`,
  services: `${CONSOLE}/us1/develop/sms/services (Messaging, Services)`,
  campaigns: `${CONSOLE}/us1/develop/sms/regulatory-compliance/a2p-10dlc (Messaging, Regulatory compliance)`,
  textCountries: 'https://www.twilio.com/console/sms/settings/geo-permissions (Messaging, Geo permissions)',
  callCountries:
    'https://www.twilio.com/console/voice/calls/geo-permissions/low-risk (Voice, Geo permissions)',
} as const;
