// GET of the account's balance.

import { formatMoney } from '../../platform/formats.js';
import { answer } from '../../server/answer.js';
import { ACCOUNT } from '../../server/paths.js';
import type { RestApp, RestContext } from '../../server/router.js';
import type { AccountStore } from '../account/store.js';

/** The route of https://www.twilio.com/docs/iam/api (balance); always in US dollars. */
export function addBalanceRoutes(app: RestApp, { accounts }: { readonly accounts: AccountStore }): void {
  app.get(`${ACCOUNT}/Balance.json`, (context: RestContext) => {
    const { sid, balance } = accounts.read();
    return answer(context.path, 200, {
      account_sid: sid,
      balance: formatMoney(balance, 2),
      currency: 'USD',
    });
  });
}
