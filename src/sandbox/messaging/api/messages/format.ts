// A message as the 2010 API shows it.

import { formatMoney, formatTime } from '../../../platform/formats.js';
import { accountPath } from '../../../server/paths.js';
import { describeDelivery } from '../../delivery/error-codes.js';
import type { Message } from './store.js';

/** The states of a message whose service has not said yet which number sends it. */
const UNTOLD = ['scheduled', 'accepted', 'canceled'];

/** The wire form; see https://www.twilio.com/docs/messaging/api/message-resource. */
export function formatMessage(accountSid: string, message: Message) {
  const path = `${accountPath(accountSid)}/Messages/${message.sid}`;
  const isUntold = UNTOLD.includes(message.status);
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    body: message.body,
    date_created: formatTime(message.createdAt),
    date_sent: message.sentAt === null ? null : formatTime(message.sentAt),
    date_updated: formatTime(message.updatedAt),
    direction: message.direction,
    error_code: message.errorCode,
    error_message: message.errorCode === null ? null : describeDelivery(message.errorCode),
    from: isUntold ? null : message.sender,
    messaging_service_sid: message.serviceSid,
    num_media: String(message.mediaUrls === '[]' ? 0 : (JSON.parse(message.mediaUrls) as string[]).length),
    num_segments: isUntold ? '0' : String(message.segments),
    price: message.sentAt === null ? null : formatMoney(-message.price, 5),
    price_unit: 'USD',
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${path}/Media.json` },
    to: message.recipient,
    uri: `${path}.json`,
  };
}
