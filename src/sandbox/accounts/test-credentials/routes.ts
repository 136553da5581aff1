// Twilio's test credentials: they allow lookups and three requests with magic numbers, all without effect.
import { createHmac } from 'node:crypto';
import { SANDBOX_SID_PREFIX } from '../../../sandbox-sid.js';
import { readLookup, readLookupFields } from '../../numbers/lookups/routes.js';
import { answer } from '../../server/answer.js';
import { readRestForm } from '../../server/form.js';
import { API_2010 } from '../../server/paths.js';
import { TwilioProblem } from '../../server/problem.js';
import { findHandler } from '../../server/representation.js';
import { createRestRouter, type Handler } from '../../server/router.js';
import { placeTestCall } from './calls.js';
import { lookUpTestNumber } from './lookups.js';
import { sendTestMessage } from './messages.js';
import { buyTestNumber } from './numbers.js';

/** The test credentials of an account. */
export interface TestCredentials {
  readonly sid: string;
  readonly authToken: string;
}

/** Derives the test credentials from the account's own, so that they stay the same without being stored. */
export function deriveTestCredentials(sid: string, authToken: string): TestCredentials {
  const digits = createHmac('sha256', authToken).update(`test credentials of ${sid}`).digest('hex');
  return {
    sid: SANDBOX_SID_PREFIX + digits.slice(0, 34 - SANDBOX_SID_PREFIX.length),
    authToken: digits.slice(32),
  };
}

/** Creates the answer to a request from its form, without any effect. */
type TestAnswer = (form: URLSearchParams, accountSid: string, at: number) => unknown;

/**
 * Creates the handler of requests with test credentials. See https://www.twilio.com/docs/iam/test-credentials.
 * All but those four get 403/20008, lookups of version 1 too.
 */
export function createTestHandler({ sid }: TestCredentials, now: () => number): Handler {
  const routes = createRestRouter('api.twilio.com');
  const account = `${API_2010}/Accounts/${sid}`;

  function add(path: string, createAnswer: TestAnswer): void {
    routes.post(`${account}/${path}.json`, async (context) =>
      answer(context.path, 201, createAnswer(await readRestForm(context), sid, now())),
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
    const handle = findHandler(routes.match, context.method, context.path);
    if (!handle) {
      throw new TwilioProblem(403, 20008, 'Resource not accessible with Test Account Credentials');
    }
    return handle(context);
  };
}
