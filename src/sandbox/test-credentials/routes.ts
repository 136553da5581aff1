// What Twilio's test credentials reach: three requests with magic numbers, without any effect.
import { API_2010, answer } from '../answer.js';
import { readForm } from '../form.js';
import { TwilioProblem } from '../problem.js';
import { createRestApp, type Handler } from '../rest.js';
import type { TestCredentials } from '../world.js';
import { placeTestCall } from './calls.js';
import { sendTestMessage } from './messages.js';
import { buyTestNumber } from './numbers.js';

/** A request that changes nothing: its form, the test account and the time make its answer. */
type Pretence = (form: URLSearchParams, accountSid: string, at: number) => unknown;

/**
 * The API as test credentials see it. See https://www.twilio.com/docs/iam/test-credentials;
 * everything but the three requests is 403/20008.
 */
export function createTestHandler({ sid }: TestCredentials, now: () => number): Handler {
  const routes = createRestApp();
  const account = `${API_2010}/Accounts/${sid}`;

  function add(path: string, pretend: Pretence): void {
    routes.post(`${account}/${path}.json`, async (context) =>
      answer(context.path, 201, pretend(await readForm(context), sid, now())),
    );
  }

  add('IncomingPhoneNumbers', buyTestNumber);
  add('Messages', sendTestMessage);
  add('Calls', placeTestCall);
  return (context) => {
    const route = routes.match(context.method, context.path);
    if (route) return route[0](context);
    throw new TwilioProblem(403, 20008, 'Resource not accessible with Test Account Credentials');
  };
}
