// Formats a call as the 2010-04-01 API returns it.
import { formatFriendlyNumber, formatMoney, formatTime } from '../../../platform/formats.js';
import { accountPath } from '../../../server/paths.js';
import { type Call, findDuration } from './store.js';

const SUBRESOURCES = {
  events: 'Events',
  notifications: 'Notifications',
  payments: 'Payments',
  recordings: 'Recordings',
  siprec: 'Siprec',
  streams: 'Streams',
  transcriptions: 'Transcriptions',
  user_defined_message_subscriptions: 'UserDefinedMessageSubscriptions',
  user_defined_messages: 'UserDefinedMessages',
};

/** The JSON of https://www.twilio.com/docs/voice/api/call-resource. */
export function formatCall(accountSid: string, call: Call) {
  const path = `${accountPath(accountSid)}/Calls/${call.sid}`;
  const links = Object.entries(SUBRESOURCES).map(([key, name]) => [key, `${path}/${name}.json`]);
  const time = (at: number | null) => (at === null ? null : formatTime(at));
  return {
    account_sid: accountSid,
    answered_by: null,
    api_version: '2010-04-01',
    caller_name: null,
    date_created: formatTime(call.createdAt),
    date_updated: formatTime(call.updatedAt),
    direction: call.direction,
    duration: findDuration(call)?.toString() ?? null,
    end_time: time(call.endedAt),
    forwarded_from: null,
    from: call.sender,
    from_formatted: formatFriendlyNumber(call.sender),
    group_sid: null,
    parent_call_sid: call.parentSid,
    phone_number_sid: call.numberSid,
    price: call.price === null ? null : formatMoney(-call.price, 5),
    price_unit: 'USD',
    queue_time: '0',
    sid: call.sid,
    start_time: time(call.startedAt),
    status: call.status,
    subresource_uris: Object.fromEntries(links),
    to: call.recipient,
    to_formatted: formatFriendlyNumber(call.recipient),
    trunk_sid: null,
    uri: `${path}.json`,
  };
}
