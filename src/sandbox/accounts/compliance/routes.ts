// US A2P campaigns and toll-free verifications: what tools read to explain an undelivered text.

import type { NumberStore, OwnedNumber } from '../../numbers/incoming-phone-numbers/store.js';
import { formatIsoTime } from '../../platform/formats.js';
import { answer, type RestAnswer } from '../../server/answer.js';
import { findValue, readQuery } from '../../server/form.js';
import { formatFixedPage, readPage } from '../../server/paging.js';
import { checksOnly, does, flag, PAGING, type ParameterTable } from '../../server/parameters.js';
import { type RestContext, type RestRouter, verifyRowFound } from '../../server/router.js';
import type { ComplianceStore } from './store.js';

/** A Messaging Service that may have a campaign. */
interface CampaignService {
  readonly sid: string;
  readonly createdAt: number;
}

/** What the routes of campaigns and toll-free verifications need. */
export interface ComplianceApiDeps {
  readonly accountSid: string;
  readonly compliance: ComplianceStore;
  readonly numbers: NumberStore;
  readonly services: { find(sid: string): CampaignService | undefined };
}

const SERVICES = '/v1/Services';
const CAMPAIGNS = `${SERVICES}/:service/Compliance/Usa2p`;
const VERIFICATIONS = '/v1/Tollfree/Verifications';
const VERIFICATIONS_URL = `https://messaging.twilio.com${VERIFICATIONS}`;

/** Enough for all toll-free numbers. */
const ALL_ROWS = { limit: 10_000, offset: 0 };

/**
 * Adds the read-only routes of https://www.twilio.com/docs/messaging/api/usapptoperson-resource and
 * https://www.twilio.com/docs/messaging/api/tollfree-verification-resource. Every service has a verified campaign, and
 * every owned toll-free number an approved verification, unless its compliance was changed: then it has none.
 */
export function addComplianceRoutes(router: RestRouter, deps: ComplianceApiDeps): void {
  const { accountSid, compliance, numbers, services } = deps;
  const formatOneCampaign = formatCampaign.bind(undefined, accountSid);
  const formatOneVerification = formatVerification.bind(undefined, accountSid);

  function findCampaigns(context: RestContext): CampaignService[] {
    const service = verifyRowFound(context, services.find(context.params.service ?? ''));
    return compliance.isRegistered(service.sid) ? [service] : [];
  }

  function findVerified(): OwnedNumber[] {
    const tollFree = numbers.list(ALL_ROWS, { type: 'toll-free' });
    return tollFree.filter(({ phoneNumber }) => compliance.isVerified(phoneNumber));
  }

  function listCampaigns(context: RestContext): RestAnswer {
    const url = campaignsUrl(context.params.service ?? '');
    const request = readPage(readQuery(context));
    const campaigns = findCampaigns(context);
    return answer(SERVICES, 200, formatFixedPage(url, request, 'compliance', campaigns, formatOneCampaign));
  }

  function fetchCampaign(context: RestContext): RestAnswer {
    const named = findCampaigns(context).find(({ sid }) => campaignSid(sid) === context.params.campaign);
    return answer(SERVICES, 200, formatOneCampaign(verifyRowFound(context, named)));
  }

  function listVerifications(context: RestContext): RestAnswer {
    const query = readQuery(context);
    const request = readPage(query, Object.keys(VERIFICATION_FILTERS));
    const rows = findVerified().filter((number) => matches(number, query));
    return answer(
      VERIFICATIONS,
      200,
      formatFixedPage(VERIFICATIONS_URL, request, 'verifications', rows, formatOneVerification),
    );
  }

  function fetchVerification(context: RestContext): RestAnswer {
    const named = findVerified().find(({ sid }) => verificationSid(sid) === context.params.verification);
    return answer(VERIFICATIONS, 200, formatOneVerification(verifyRowFound(context, named)));
  }

  router.get(CAMPAIGNS, listCampaigns, PAGING);
  router.get(`${CAMPAIGNS}/:campaign`, fetchCampaign);
  router.get(VERIFICATIONS, listVerifications, LIST_VERIFICATIONS);
  router.get(`${VERIFICATIONS}/:verification`, fetchVerification);
}

const VERIFICATION_FILTERS: ParameterTable = {
  TollfreePhoneNumberSid: does,
  Status: does,
  ExternalReferenceId: does,
  TrustProductSid: does,
  // There are no subaccounts.
  IncludeSubAccounts: checksOnly(flag),
};

const LIST_VERIFICATIONS: ParameterTable = { ...VERIFICATION_FILTERS, ...PAGING };

/** No verification has an external reference or a trust product. */
function matches({ sid }: OwnedNumber, query: URLSearchParams): boolean {
  const number = findValue(query, 'TollfreePhoneNumberSid');
  const status = findValue(query, 'Status');
  const other = findValue(query, 'ExternalReferenceId') ?? findValue(query, 'TrustProductSid');
  return (!number || number === sid) && (!status || status === 'TWILIO_APPROVED') && other === undefined;
}

function campaignsUrl(serviceSid: string): string {
  return `https://messaging.twilio.com/v1/Services/${serviceSid}/Compliance/Usa2p`;
}

/** Returns the SID of a service's campaign; there is at most one. */
function campaignSid(serviceSid: string): string {
  return serviceSid.replace(/^MG/, 'QE');
}

/** Returns the SID of a toll-free number's verification; there is at most one. */
function verificationSid(phoneNumberSid: string): string {
  return phoneNumberSid.replace(/^PN/, 'HH');
}

function formatCampaign(accountSid: string, { sid, createdAt }: CampaignService) {
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

/** The fields that a business fills in; null here. */
const BUSINESS_FIELDS = `
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

function formatVerification(accountSid: string, { sid, phoneNumber, createdAt }: OwnedNumber) {
  const own = verificationSid(sid);
  return {
    ...Object.fromEntries(BUSINESS_FIELDS.map((name) => [name, null])),
    account_sid: accountSid,
    date_created: formatIsoTime(createdAt),
    date_updated: formatIsoTime(createdAt),
    // A business field too, but never null.
    opt_in_type: 'WEB_FORM',
    sid: own,
    status: 'TWILIO_APPROVED',
    tollfree_phone_number: phoneNumber,
    tollfree_phone_number_sid: sid,
    url: `${VERIFICATIONS_URL}/${own}`,
  };
}
