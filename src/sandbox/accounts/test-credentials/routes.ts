// What Twilio's test credentials reach: three requests with magic numbers and lookups, without any effect.

import { readLookup, readLookupFields } from '../../numbers/lookups/routes.js';
import { answer } from '../../server/answer.js';
import { readRestForm } from '../../server/form.js';
import { API_2010 } from '../../server/paths.js';
import { TwilioProblem } from '../../server/problem.js';
import { createRestApp, type Handler } from '../../server/router.js';
import { placeTestCall } from './calls.js';
import type { TestCredentials } from './derive.js';
import { lookUpTestNumber } from './lookups.js';
import { sendTestMessage } from './messages.js';
import { buyTestNumber } from './numbers.js';

/** A request that changes nothing: its form, the test account and the time make its answer. */
type Pretence = (form: URLSearchParams, accountSid: string, at: number) => unknown;

/**
 * The API as test credentials see it. See https://www.twilio.com/docs/iam/test-credentials;
 * everything but these requests is 403/20008, also lookups in version 1.
 */
export function createTestHandler({ sid }: TestCredentials, now: () => number): Handler {
  const routes = createRestApp();
  const account = `${API_2010}/Accounts/${sid}`;

  function add(path: string, pretend: Pretence): void {
    routes.post(`${account}/${path}.json`, async (context) =>
      answer(context.path, 201, pretend(await readRestForm(context), sid, now())),
    );
  }

  add('IncomingPhoneNumbers', buyTestNumber);
  add('Messages', sendTestMessage);
  add('Calls', placeTestCall);
  routes.get('/v2/PhoneNumbers/:number', (context) => {
    const { text, country, query } = readLookup(context);
    return answer(context.path, 200, lookUpTestNumber(text, country, readLookupFields(query)));
  });
  return (context) => {
    const route = routes.match(context.method, context.path);
    if (!route) {
      throw new TwilioProblem(403, 20008, 'Resource not accessible with Test Account Credentials');
    }
    context.params = route[1];
    return route[0](context);
  };
}
