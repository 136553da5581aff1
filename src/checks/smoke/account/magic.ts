// Checks the error code of each of Twilio's magic numbers, as a table: our advice relies on these codes.
import type { TwilioClient } from '../../../twilio/client.js';
import { passUnless } from '../../check.js';
import { type AnySmokeCheck, createSmokeCheck } from '../subject.js';
import { adviseOn, describeAnswer, RECIPIENT, VALID_NUMBER } from './accepted.js';

type Request = (client: TwilioClient) => Promise<unknown>;

/** One of them; see https://www.twilio.com/docs/iam/test-credentials. */
export interface RefusedRequest {
  readonly id: string;
  /** What the number stands for. */
  readonly title: string;
  readonly request: Request;
  readonly status: number;
  readonly code: number;
}

const magic = (digit: number) => `+1500555000${digit}`;

function buying(options: { readonly phoneNumber: string } | { readonly areaCode: string }): Request {
  return ({ account }) => account.incomingPhoneNumbers.create({ ...options });
}

function texting({ from = VALID_NUMBER, to = RECIPIENT }: { from?: string; to?: string }): Request {
  return ({ account }) => account.messages.create({ from, to, body: 'Hello from smoke' });
}

function calling({ from = VALID_NUMBER, to = RECIPIENT }: { from?: string; to?: string }): Request {
  return ({ account }) => account.calls.create({ from, to, twiml: '<Response/>' });
}

function refused(id: string, code: number, title: string, request: Request, status = 400): RefusedRequest {
  return { id: `${id}-${code}`, title, request, status, code };
}

/** All of them. */
export const REFUSED_REQUESTS: readonly RefusedRequest[] = [
  refused('number-taken', 21422, 'a number that is not available', buying({ phoneNumber: magic(0) })),
  refused('number-invalid', 21421, 'an invalid number', buying({ phoneNumber: magic(1) })),
  refused('number-area-empty', 21452, 'an area code without numbers', buying({ areaCode: '533' })),
  refused('text-from-invalid', 21212, 'a text from an invalid number', texting({ from: magic(1) })),
  refused('text-from-unable', 21606, 'a text from a number that cannot text', texting({ from: magic(7) })),
  refused('text-from-full', 21611, 'a text from a full queue', texting({ from: magic(8) }), 429),
  refused('text-from-stranger', 21606, 'a text from a number of somebody else', texting({ from: magic(0) })),
  refused('text-to-invalid', 21211, 'a text to an invalid number', texting({ to: magic(1) })),
  refused('text-to-unreachable', 21612, 'a text to an unreachable number', texting({ to: magic(2) })),
  refused('text-to-region', 21408, 'a text to a country that is not enabled', texting({ to: magic(3) })),
  refused('text-to-stopped', 21610, 'a text to somebody who said STOP', texting({ to: magic(4) })),
  refused('text-to-landline', 21614, 'a text to a landline', texting({ to: magic(9) })),
  refused('call-from-invalid', 21212, 'a call from an invalid number', calling({ from: magic(1) })),
  refused('call-from-stranger', 21210, 'a call from a number of somebody else', calling({ from: magic(0) })),
  refused('call-to-invalid', 21217, 'a call to an invalid number', calling({ to: magic(1) })),
  refused('call-to-unreachable', 21214, 'a call to an unreachable number', calling({ to: magic(2) })),
  refused('call-to-region', 21215, 'a call to a country that is not enabled', calling({ to: magic(3) })),
  refused('call-to-blocked', 21216, 'a call to a number that is blocked', calling({ to: magic(4) })),
];

/** A check for each. */
export const REFUSED_CHECKS: readonly AnySmokeCheck[] = REFUSED_REQUESTS.map(
  ({ id, title, request, status, code }) =>
    createSmokeCheck<'answer-differs'>({
      id,
      group: 'account',
      checks: `${title}: refused with ${status} and code ${code}`,
      needs: ['test-credentials'],
      findings: {
        'answer-differs': {
          severity: 'fault',
          why: 'What relay-phone and Relay do and say about this failure goes by its code.',
        },
      },
      run: async ({ account }) => {
        const asked = await account.request(request);
        const isSame = asked.failure?.status === status && asked.failure.code === code;
        const given = asked.failure ? `refused it with ${describeAnswer(asked)}` : 'accepted it';
        const what = `Twilio ${given}, and should refuse it with ${status} and code ${code}`;
        const fault = { id: 'answer-differs', what, tryNext: adviseOn(id) } as const;
        return passUnless(`refused with ${code}`, [isSame ? undefined : fault], asked.notes);
      },
    }),
);
