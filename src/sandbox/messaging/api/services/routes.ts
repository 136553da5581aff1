// REST Services of messaging.twilio.com: https://www.twilio.com/docs/messaging/api/service-resource.
import type { ComplianceStore } from '../../../accounts/compliance/store.js';
import { formatIsoTime } from '../../../platform/formats.js';
import { answer, answerDeleted, type RestAnswer } from '../../../server/answer.js';
import { findFriendlyName, readQuery, readRestForm } from '../../../server/form.js';
import { formatMetaPage, readPage } from '../../../server/paging.js';
import { PAGING } from '../../../server/parameters.js';
import { missingParameter } from '../../../server/problem.js';
import { type RestContext, type RestRouter, verifyRowFound } from '../../../server/router.js';
import { formatSettings } from '../../../webhooks/settings.js';
import { SERVICE_PARAMETERS } from './parameters.js';
import { applyServiceForm, type MessagingService, SERVICE_SETTINGS, type ServiceStore } from './store.js';

/** The path of all services on messaging.twilio.com. */
export const SERVICES = '/v1/Services';

/** The URL of all services. */
export const SERVICES_URL = `https://messaging.twilio.com${SERVICES}`;

/** What the resource needs. */
export interface ServiceRouteDeps {
  readonly accountSid: string;
  readonly services: ServiceStore;
  readonly compliance: Pick<ComplianceStore, 'isRegistered'>;
  readonly now: () => number;
}

/** Adds the routes. */
export function addServiceRoutes(router: RestRouter, deps: ServiceRouteDeps): void {
  const { accountSid, services, compliance, now } = deps;

  function format(service: MessagingService) {
    return formatService(accountSid, service, compliance.isRegistered(service.sid));
  }

  async function createService(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    const friendlyName = findFriendlyName(form);
    if (friendlyName === undefined) throw missingParameter('FriendlyName');
    const created = services.insert(friendlyName, applyServiceForm(form), now());
    return answer(SERVICES, 201, format(created));
  }

  function fetchService(context: RestContext): RestAnswer {
    return answer(SERVICES, 200, format(verifyService(context, deps)));
  }

  async function updateService(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    const { sid, friendlyName, settings } = verifyService(context, deps);
    const name = findFriendlyName(form) ?? friendlyName;
    services.update(sid, name, applyServiceForm(form, settings), now());
    return fetchService(context);
  }

  function deleteService(context: RestContext): RestAnswer {
    services.remove(verifyService(context, deps).sid);
    return answerDeleted(SERVICES);
  }

  function listServices(context: RestContext): RestAnswer {
    const request = readPage(readQuery(context));
    const rows = services.list(request.window);
    return answer(SERVICES, 200, formatMetaPage(SERVICES_URL, request, 'services', rows, format));
  }

  router.get(SERVICES, listServices, PAGING);
  router.post(SERVICES, createService, SERVICE_PARAMETERS);
  router.get(`${SERVICES}/:service`, fetchService);
  router.post(`${SERVICES}/:service`, updateService, SERVICE_PARAMETERS);
  router.delete(`${SERVICES}/:service`, deleteService);
}

/**
 * The service that a path below {@link SERVICES} names.
 *
 * @throws TwilioProblem 20404 if it does not exist.
 */
export function verifyService(
  context: RestContext,
  { services }: Pick<ServiceRouteDeps, 'services'>,
): MessagingService {
  return verifyRowFound(context, services.find(context.params.service ?? ''));
}

const LINKS = {
  phone_numbers: 'PhoneNumbers',
  short_codes: 'ShortCodes',
  alpha_senders: 'AlphaSenders',
  messages: 'Messages',
  us_app_to_person: 'Compliance/Usa2p',
  us_app_to_person_usecases: 'Compliance/Usa2p/Usecases',
  channel_senders: 'ChannelSenders',
  destination_alpha_senders: 'DestinationAlphaSenders',
};

/**
 * The wire form of a service; see https://www.twilio.com/docs/messaging/api/service-resource.
 *
 * @param isRegistered whether the service has a US A2P campaign
 */
function formatService(accountSid: string, service: MessagingService, isRegistered: boolean) {
  const { sid, settings } = service;
  const url = `${SERVICES_URL}/${sid}`;
  const links = Object.entries(LINKS).map(([name, path]) => [name, `${url}/${path}`]);
  return {
    account_sid: accountSid,
    date_created: formatIsoTime(service.createdAt),
    date_updated: formatIsoTime(service.updatedAt),
    friendly_name: service.friendlyName,
    links: Object.fromEntries(links),
    sid,
    url,
    us_app_to_person_registered: isRegistered,
    ...formatSettings(SERVICE_SETTINGS, settings, null),
    scan_message_content: settings.scanMessageContent ?? 'inherit',
    usecase: settings.usecase ?? 'undeclared',
    validity_period: Number(settings.validityPeriod ?? 36_000),
  };
}
