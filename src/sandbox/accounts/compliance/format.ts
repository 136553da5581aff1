// A service's US A2P campaign and a toll-free number's verification as the messaging API shows them.

import type { OwnedNumber } from '../../numbers/incoming-phone-numbers/store.js';
import { formatIsoTime } from '../../platform/formats.js';

/** A Messaging Service, which its campaign is named after. */
export interface CampaignService {
  readonly sid: string;
  readonly createdAt: number;
}

/** Where a service's campaigns are listed. */
export function campaignsUrl(serviceSid: string): string {
  return `https://messaging.twilio.com/v1/Services/${serviceSid}/Compliance/Usa2p`;
}

/** Where toll-free verifications are listed. */
export const VERIFICATIONS_URL = 'https://messaging.twilio.com/v1/Tollfree/Verifications';

/** The SID of the campaign of a service: it has one at most. */
export function campaignSid(serviceSid: string): string {
  return serviceSid.replace(/^MG/, 'QE');
}

/** The SID of the verification of a toll-free number: it has one at most. */
export function verificationSid(phoneNumberSid: string): string {
  return phoneNumberSid.replace(/^PN/, 'HH');
}

/** The wire form of a campaign; see https://www.twilio.com/docs/messaging/api/usapptoperson-resource. */
export function formatCampaign(accountSid: string, { sid, createdAt }: CampaignService) {
  const own = campaignSid(sid);
  return {
    account_sid: accountSid,
    age_gated: false,
    brand_registration_sid: accountSid.replace(/^AC/, 'BN'),
    campaign_id: `C${own.slice(-6).toUpperCase()}`,
    campaign_status: 'VERIFIED',
    date_created: formatIsoTime(createdAt),
    date_updated: formatIsoTime(createdAt),
    description: 'A campaign that the sandbox made up, for apps to find one.',
    direct_lending: false,
    errors: [],
    has_embedded_links: false,
    has_embedded_phone: true,
    help_keywords: ['HELP'],
    help_message: null,
    is_externally_registered: false,
    message_flow: null,
    message_samples: [],
    messaging_service_sid: sid,
    mock: true,
    opt_in_keywords: ['START'],
    opt_in_message: null,
    opt_out_keywords: ['STOP'],
    opt_out_message: null,
    rate_limits: { att: { mps: 600, msg_class: 'A' }, tmobile: { brand_tier: 'TOP' } },
    sid: own,
    subscriber_opt_in: true,
    us_app_to_person_usecase: 'MIXED',
    url: `${campaignsUrl(sid)}/${own}`,
  };
}

/** What a real business would have told. */
const UNTOLD = `
customer_profile_sid trust_product_sid regulated_item_sid resource_links notification_email business_name
business_street_address business_street_address2 business_city business_state_province_region
business_postal_code business_country business_website business_contact_first_name
business_contact_last_name business_contact_email business_contact_phone business_registration_number
business_registration_authority business_registration_country business_registration_phone_number
business_type doing_business_as use_case_categories use_case_summary production_message_sample
message_volume opt_in_image_urls opt_in_keywords opt_in_confirmation_message age_gated_content
help_message_sample privacy_policy_url terms_and_conditions_url additional_information external_reference_id
vetting_id vetting_provider vetting_id_expiration rejection_reason rejection_reasons error_code edit_allowed
edit_expiration
`
  .trim()
  .split(/\s+/);

/** The wire form of a verification; see https://www.twilio.com/docs/messaging/api/tollfree-verification-resource. */
export function formatVerification(accountSid: string, { sid, phoneNumber, createdAt }: OwnedNumber) {
  const own = verificationSid(sid);
  return {
    ...Object.fromEntries(UNTOLD.map((name) => [name, null])),
    account_sid: accountSid,
    date_created: formatIsoTime(createdAt),
    date_updated: formatIsoTime(createdAt),
    // Untold too, but never null.
    opt_in_type: 'WEB_FORM',
    sid: own,
    status: 'TWILIO_APPROVED',
    tollfree_phone_number: phoneNumber,
    tollfree_phone_number_sid: sid,
    url: `${VERIFICATIONS_URL}/${own}`,
  };
}
