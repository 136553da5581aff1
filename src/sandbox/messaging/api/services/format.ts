// Messaging Services and their numbers as the messaging API shows them.
import { findBlock } from '../../../numbers/inventory.js';
import { formatIsoTime } from '../../../platform/formats.js';
import { formatSettings } from '../../../webhooks/settings.js';
import type { PooledNumber } from '../sender-pool/store.js';
import { SERVICE_SETTINGS } from './settings.js';
import type { MessagingService } from './store.js';

/** Where services are listed. */
export const SERVICES_URL = 'https://messaging.twilio.com/v1/Services';

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
 * @param registered whether the service has a US A2P campaign
 */
export function formatService(accountSid: string, service: MessagingService, registered: boolean) {
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
    us_app_to_person_registered: registered,
    ...formatSettings(SERVICE_SETTINGS, settings, null),
    scan_message_content: settings.scanMessageContent ?? 'inherit',
    usecase: settings.usecase ?? 'undeclared',
    validity_period: Number(settings.validityPeriod ?? 36_000),
  };
}

/** The wire form of a number in a service; see https://www.twilio.com/docs/messaging/api/phonenumber-resource. */
export function formatPooledNumber(accountSid: string, number: PooledNumber) {
  const { sid, phoneNumber, serviceSid, createdAt } = number;
  const block = findBlock(phoneNumber);
  const { voice, sms, mms } = block?.capabilities ?? {};
  return {
    account_sid: accountSid,
    capabilities: [...(mms ? ['MMS'] : []), ...(sms ? ['SMS'] : []), ...(voice ? ['Voice'] : [])],
    country_code: block?.country,
    date_created: formatIsoTime(createdAt),
    date_updated: formatIsoTime(createdAt),
    phone_number: phoneNumber,
    service_sid: serviceSid,
    sid,
    url: `${SERVICES_URL}/${serviceSid}/PhoneNumbers/${sid}`,
  };
}
