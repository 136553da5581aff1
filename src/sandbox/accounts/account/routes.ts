// The account resource and its balance: https://www.twilio.com/docs/iam/api/account.
import { formatMoney, formatTime } from '../../platform/formats.js';
import { answer, type RestAnswer } from '../../server/answer.js';
import { findFriendlyName, findValue, readQuery, readRestForm } from '../../server/form.js';
import { formatPage, readPage } from '../../server/paging.js';
import { does, PAGING } from '../../server/parameters.js';
import { ACCOUNT, API_2010, accountPath } from '../../server/paths.js';
import { TwilioProblem } from '../../server/problem.js';
import { JSON_FILE, type RestContext, type RestRouter } from '../../server/router.js';
import type { Account, AccountStore } from './store.js';

/** What the routes of accounts need. */
export interface AccountApiDeps {
  readonly accounts: AccountStore;
  readonly now: () => number;
}

/** Adds the routes of the account and its balance. The sandbox has no subaccounts. */
export function addAccountRoutes(router: RestRouter, { accounts, now }: AccountApiDeps): void {
  function fetchAccount(context: RestContext): RestAnswer {
    return answer(context.path, 200, formatAccount(accounts.read()));
  }

  async function updateAccount(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    const status = findValue(form, 'Status');
    if (status) verifyStatus(status, accounts.read());
    const friendlyName = findFriendlyName(form);
    if (friendlyName) accounts.rename(friendlyName, now());
    return fetchAccount(context);
  }

  function listAccounts(context: RestContext): RestAnswer {
    const query = readQuery(context);
    const request = readPage(query, ['FriendlyName', 'Status']);
    const account = accounts.read();
    const rows = matches(account, query) && request.page === 0 ? [{ ...account, seq: 1 }] : [];
    return answer(context.path, 200, formatPage(context.path, request, 'accounts', rows, formatAccount));
  }

  function fetchBalance(context: RestContext): RestAnswer {
    const { sid, balance } = accounts.read();
    const body = { account_sid: sid, balance: formatMoney(balance, 2), currency: 'USD' };
    return answer(context.path, 200, body);
  }

  router.get(`${API_2010}/Accounts.json`, listAccounts, { FriendlyName: does, Status: does, ...PAGING });
  router.get(`${API_2010}/Accounts/${JSON_FILE}`, fetchAccount);
  router.post(`${API_2010}/Accounts/${JSON_FILE}`, updateAccount, { FriendlyName: does, Status: does });
  router.get(`${ACCOUNT}/Balance.json`, fetchBalance);
}

/** @throws TwilioProblem 21475 if it is not a status, 21477 if it would change: the status of a main account cannot. */
function verifyStatus(status: string, account: Account): void {
  if (!['active', 'suspended', 'closed'].includes(status)) {
    throw new TwilioProblem(400, 21475, 'Unable to update Status, invalid Status.');
  }
  if (status === account.status) return;
  throw new TwilioProblem(400, 21477, 'Unable to update Status for parent accounts');
}

function matches(account: Account, query: URLSearchParams): boolean {
  const name = findValue(query, 'FriendlyName');
  const status = findValue(query, 'Status');
  return (!name || name === account.friendlyName) && (!status || status === account.status);
}

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

function formatAccount(account: Account) {
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
