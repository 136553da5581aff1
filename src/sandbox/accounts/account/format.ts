// An account as the 2010 API shows it.

import { formatTime } from '../../platform/formats.js';
import { accountPath } from '../../server/paths.js';
import type { Account } from './store.js';

const SUBRESOURCES = {
  addresses: 'Addresses',
  applications: 'Applications',
  authorized_connect_apps: 'AuthorizedConnectApps',
  available_phone_numbers: 'AvailablePhoneNumbers',
  balance: 'Balance',
  calls: 'Calls',
  conferences: 'Conferences',
  connect_apps: 'ConnectApps',
  incoming_phone_numbers: 'IncomingPhoneNumbers',
  keys: 'Keys',
  messages: 'Messages',
  notifications: 'Notifications',
  outgoing_caller_ids: 'OutgoingCallerIds',
  queues: 'Queues',
  recordings: 'Recordings',
  short_codes: 'SMS/ShortCodes',
  signing_keys: 'SigningKeys',
  sip: 'SIP',
  transcriptions: 'Transcriptions',
  usage: 'Usage',
};

/** The wire form of an account; see https://www.twilio.com/docs/iam/api/account. */
export function formatAccount(account: Account) {
  const path = accountPath(account.sid);
  const links = Object.entries(SUBRESOURCES).map(([key, name]) => [key, `${path}/${name}.json`]);
  return {
    auth_token: account.authToken,
    date_created: formatTime(account.createdAt),
    date_updated: formatTime(account.updatedAt),
    friendly_name: account.friendlyName,
    owner_account_sid: account.sid,
    sid: account.sid,
    status: account.status,
    subresource_uris: Object.fromEntries(links),
    type: account.type,
    uri: `${path}.json`,
  };
}
