// GET of the account's balance.
import { answer } from '../../rest/answer.js';
import type { RestApp, RestContext } from '../../rest/router.js';
import { formatMoney } from '../../wire.js';
import type { World } from '../../world.js';
import { ACCOUNT } from '../paths.js';

/** The route of https://www.twilio.com/docs/iam/api (balance); always in US dollars. */
export function addBalanceRoutes(app: RestApp, world: World): void {
  app.get(`${ACCOUNT}/Balance.json`, (context: RestContext) => {
    const { sid, balance } = world.accounts.read();
    return answer(context.path, 200, {
      account_sid: sid,
      balance: formatMoney(balance, 2),
      currency: 'USD',
    });
  });
}
