// What Twilio's test credentials reach: three requests with magic numbers, without any effect.
import { Hono } from 'hono';
import { API_2010, answer, answerProblem } from '../answer.js';
import { readForm } from '../form.js';
import { TwilioProblem, toProblem } from '../problem.js';
import type { RestApp, RestContext, RestEnv } from '../rest.js';
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
export function createTestRoutes({ sid }: TestCredentials, now: () => number): RestApp {
  const app = new Hono<RestEnv>();
  const account = `${API_2010}/Accounts/${sid}`;

  function add(path: string, pretend: Pretence): void {
    app.post(`${account}/${path}.json`, async (context: RestContext) =>
      answer(context.req.path, 201, pretend(await readForm(context), sid, now())),
    );
  }

  add('IncomingPhoneNumbers', buyTestNumber);
  add('Messages', sendTestMessage);
  add('Calls', placeTestCall);
  app.onError((error, { req }) => answerProblem(req.path, toProblem(error)));
  app.notFound(({ req }) =>
    answerProblem(
      req.path,
      new TwilioProblem(403, 20008, 'Resource not accessible with Test Account Credentials'),
    ),
  );
  return app;
}
