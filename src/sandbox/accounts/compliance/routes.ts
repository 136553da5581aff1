// What a diagnosis of undelivered texts reads: a service's US A2P campaign, and toll-free verifications.

import type { NumberStore, OwnedNumber } from '../../numbers/incoming-phone-numbers/store.js';
import { answer, type RestAnswer } from '../../server/answer.js';
import { findValue, readQuery } from '../../server/form.js';
import { formatFixedPage, readPage } from '../../server/paging.js';
import { type RestApp, type RestContext, verifyRowFound } from '../../server/router.js';
import {
  type CampaignService,
  campaignSid,
  campaignsUrl,
  formatCampaign,
  formatVerification,
  VERIFICATIONS_URL,
  verificationSid,
} from './format.js';
import type { ComplianceStore } from './store.js';

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

/** More than there are toll-free numbers. */
const EVERYTHING = { limit: 10_000, offset: 0 };

/**
 * Routes of https://www.twilio.com/docs/messaging/api/usapptoperson-resource and
 * https://www.twilio.com/docs/messaging/api/tollfree-verification-resource, reading only. A service has a verified
 * campaign, and an owned toll-free number an approved verification, unless its compliance was changed: then it has none.
 */
export function addComplianceRoutes(app: RestApp, deps: ComplianceApiDeps): void {
  const { accountSid, compliance, numbers, services } = deps;
  const formatOne = formatCampaign.bind(undefined, accountSid);
  const formatOther = formatVerification.bind(undefined, accountSid);

  function findCampaigns(context: RestContext): CampaignService[] {
    const service = verifyRowFound(context, services.find(context.params.service ?? ''));
    return compliance.isRegistered(service.sid) ? [service] : [];
  }

  function findVerified(): OwnedNumber[] {
    const tollFree = numbers.list(EVERYTHING, { type: 'toll-free' });
    return tollFree.filter(({ phoneNumber }) => compliance.isVerified(phoneNumber));
  }

  function listCampaigns(context: RestContext): RestAnswer {
    const url = campaignsUrl(context.params.service ?? '');
    const request = readPage(readQuery(context));
    const campaigns = findCampaigns(context);
    return answer(SERVICES, 200, formatFixedPage(url, request, 'compliance', campaigns, formatOne));
  }

  function fetchCampaign(context: RestContext): RestAnswer {
    const named = findCampaigns(context).find(({ sid }) => campaignSid(sid) === context.params.campaign);
    return answer(SERVICES, 200, formatOne(verifyRowFound(context, named)));
  }

  function listVerifications(context: RestContext): RestAnswer {
    const query = readQuery(context);
    const request = readPage(query, ['TollfreePhoneNumberSid', 'Status']);
    const rows = findVerified().filter((number) => matches(number, query));
    return answer(
      VERIFICATIONS,
      200,
      formatFixedPage(VERIFICATIONS_URL, request, 'verifications', rows, formatOther),
    );
  }

  function fetchVerification(context: RestContext): RestAnswer {
    const named = findVerified().find(({ sid }) => verificationSid(sid) === context.params.verification);
    return answer(VERIFICATIONS, 200, formatOther(verifyRowFound(context, named)));
  }

  app.get(CAMPAIGNS, listCampaigns);
  app.get(`${CAMPAIGNS}/:campaign`, fetchCampaign);
  app.get(VERIFICATIONS, listVerifications);
  app.get(`${VERIFICATIONS}/:verification`, fetchVerification);
}

function matches({ sid }: OwnedNumber, query: URLSearchParams): boolean {
  const number = findValue(query, 'TollfreePhoneNumberSid');
  const status = findValue(query, 'Status');
  return (!number || number === sid) && (!status || status === 'TWILIO_APPROVED');
}
