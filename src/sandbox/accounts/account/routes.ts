// GET and POST of the account itself, and the list that holds nothing else.
import { answer, type RestAnswer } from '../../server/answer.js';
import { findFriendlyName, findValue, readQuery, readRestForm } from '../../server/form.js';
import { formatPage, readPage } from '../../server/paging.js';
import { API_2010 } from '../../server/paths.js';
import { invalidParameter } from '../../server/problem.js';
import { JSON_FILE, type RestApp, type RestContext } from '../../server/router.js';
import { formatAccount } from './format.js';
import type { Account, AccountStore } from './store.js';

/** What the account's routes need. */
export interface AccountApiDeps {
  readonly accounts: AccountStore;
  readonly now: () => number;
}

/** Routes of https://www.twilio.com/docs/iam/api/account; there are no subaccounts. */
export function addAccountRoutes(app: RestApp, { accounts, now }: AccountApiDeps): void {
  function fetchAccount(context: RestContext): RestAnswer {
    return answer(context.path, 200, formatAccount(accounts.read()));
  }

  async function updateAccount(context: RestContext): Promise<RestAnswer> {
    const form = await readRestForm(context);
    const status = findValue(form, 'Status');
    if (status && status !== accounts.read().status) throw invalidParameter('Status', status);
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

  app.get(`${API_2010}/Accounts.json`, listAccounts);
  app.get(`${API_2010}/Accounts/${JSON_FILE}`, fetchAccount);
  app.post(`${API_2010}/Accounts/${JSON_FILE}`, updateAccount);
}

function matches(account: Account, query: URLSearchParams): boolean {
  const name = findValue(query, 'FriendlyName');
  const status = findValue(query, 'Status');
  return (!name || name === account.friendlyName) && (!status || status === account.status);
}
