// Checks Twilio's answers to test credentials: the requests that it accepts, and the error code of each magic number.
// https://www.twilio.com/docs/iam/test-credentials
import type { TwilioClient } from '../../../twilio/client.js';
import { passUnless } from '../../check.js';
import { type AnySmokeCheck, createSmokeCheck } from '../smoke-context.js';
import type { TestAccountResult } from './test-account.js';

/** The one number that test credentials may buy and send from. */
const VALID_NUMBER = '+15005550006';
/** A number that published tests of the magic numbers call. With test credentials nothing reaches it. */
const RECIPIENT = '+17148675309';

type Request = (client: TwilioClient) => Promise<unknown>;

/** A request that Twilio accepts. */
interface AcceptedRequest {
  readonly id: string;
  /** What is accepted, as a noun. */
  readonly title: string;
  /** What the answer contains, in words. */
  readonly expected: string;
  readonly request: Request;
  readonly isExpected: (value: unknown) => boolean;
}

/** Exists in no account. Live credentials need an existing TwiML app, as Relay names; test credentials accept any. */
const UNKNOWN_APP = `AP${'0'.repeat(32)}`;
/** What Relay sends to place a call. */
const TWIML = `<Response><Say>Dialing (714) 867-5309 ...</Say><Dial>${RECIPIENT}</Dial></Response>`;

const ACCEPTED_REQUESTS: readonly AcceptedRequest[] = [
  {
    id: 'text-accepted',
    title: 'a text from the magic number that may send',
    expected: 'queued',
    request: ({ account }) =>
      account.messages.create({ from: VALID_NUMBER, to: RECIPIENT, body: 'Hello from smoke' }),
    isExpected: (text) => has(text, { status: 'queued', from: VALID_NUMBER }),
  },
  {
    id: 'number-bought',
    title: 'a purchase as Relay makes it, with a TwiML app for texts and calls',
    expected: 'a new number',
    request: ({ account }) =>
      account.incomingPhoneNumbers.create({
        phoneNumber: VALID_NUMBER,
        smsApplicationSid: UNKNOWN_APP,
        voiceApplicationSid: UNKNOWN_APP,
      }),
    isExpected: (number) => has(number, { phoneNumber: VALID_NUMBER, status: 'new' }),
  },
  {
    id: 'number-bought-by-area-code',
    title: 'a purchase by the magic area code 500',
    expected: 'a new number',
    request: ({ account }) => account.incomingPhoneNumbers.create({ areaCode: '500' }),
    isExpected: (number) => has(number, { phoneNumber: VALID_NUMBER, status: 'new' }),
  },
  {
    id: 'call-accepted',
    title: 'a call with inline TwiML, as Relay places it',
    expected: 'queued',
    request: ({ account }) => account.calls.create({ from: VALID_NUMBER, to: RECIPIENT, twiml: TWIML }),
    isExpected: (call) => has(call, { status: 'queued' }),
  },
  {
    id: 'lookup',
    title: 'a lookup with version 2 of the API',
    expected: 'the requested number',
    request: async (client) => {
      const { openLookups } = await import('../../../twilio/lookups.js');
      return openLookups(client).phoneNumbers(RECIPIENT).fetch();
    },
    isExpected: (lookup) => has(lookup, { phoneNumber: RECIPIENT }),
  },
];

/** One check for each request that Twilio must accept. */
export const ACCEPTED_CHECKS: readonly AnySmokeCheck[] = ACCEPTED_REQUESTS.map(
  ({ id, title, expected, request, isExpected }) =>
    createSmokeCheck<'not-accepted'>({
      id,
      expects: `Twilio accepts ${title}`,
      group: 'account',
      needs: ['test-credentials'],
      findings: { 'not-accepted': { severity: 'fault', why: 'Relay sends Twilio the same request.' } },
      run: async ({ account }) => {
        const result = await account.request(request);
        const what = `Twilio answered ${describeAnswer(result)}, not 201 or 200 with ${expected}`;
        const finding = { id: 'not-accepted', what, tryNext: adviseOn(id) } as const;
        return passUnless(expected, [isExpected(result.value) ? undefined : finding], result.notes);
      },
    }),
);

/** A request that Twilio refuses, because of a magic number. */
interface RefusedRequest {
  readonly id: string;
  /** What is refused, as a noun. */
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

/** The magic numbers that make Twilio refuse a request, each with its error code. */
export const REFUSED_REQUESTS: readonly RefusedRequest[] = [
  refused('number-taken', 21422, 'to sell a number that is not available', buying({ phoneNumber: magic(0) })),
  refused('number-invalid', 21421, 'to sell an invalid number', buying({ phoneNumber: magic(1) })),
  refused('number-area-empty', 21452, 'to sell in an area code without numbers', buying({ areaCode: '533' })),
  refused('text-from-invalid', 21212, 'a text from an invalid number', texting({ from: magic(1) })),
  refused('text-from-unable', 21606, 'a text from a number that cannot text', texting({ from: magic(7) })),
  refused('text-from-full', 21611, 'a text from a full queue', texting({ from: magic(8) }), 429),
  refused(
    'text-from-stranger',
    21606,
    'a text from a number that the account does not own',
    texting({ from: magic(0) }),
  ),
  refused('text-to-invalid', 21211, 'a text to an invalid number', texting({ to: magic(1) })),
  refused('text-to-unreachable', 21612, 'a text to an unreachable number', texting({ to: magic(2) })),
  refused('text-to-region', 21408, 'a text to a country that is not enabled', texting({ to: magic(3) })),
  refused('text-to-stopped', 21610, 'a text to a phone that sent STOP', texting({ to: magic(4) })),
  refused('text-to-landline', 21614, 'a text to a landline', texting({ to: magic(9) })),
  refused('call-from-invalid', 21212, 'a call from an invalid number', calling({ from: magic(1) })),
  refused(
    'call-from-stranger',
    21210,
    'a call from a number that the account does not own',
    calling({ from: magic(0) }),
  ),
  refused('call-to-invalid', 21217, 'a call to an invalid number', calling({ to: magic(1) })),
  refused('call-to-unreachable', 21214, 'a call to an unreachable number', calling({ to: magic(2) })),
  refused('call-to-region', 21215, 'a call to a country that is not enabled', calling({ to: magic(3) })),
  refused('call-to-blocked', 21216, 'a call to a number that is blocked', calling({ to: magic(4) })),
];

/** One check for each request that Twilio must refuse. */
export const REFUSED_CHECKS: readonly AnySmokeCheck[] = REFUSED_REQUESTS.map(
  ({ id, title, request, status, code }) =>
    createSmokeCheck<'answer-differs'>({
      id,
      group: 'account',
      expects: `Twilio refuses ${title}, with ${status} and code ${code}`,
      needs: ['test-credentials'],
      findings: {
        'answer-differs': {
          severity: 'fault',
          why: 'relay-phone and Relay handle and explain this error by its code.',
        },
      },
      run: async ({ account }) => {
        const result = await account.request(request);
        const isExpected = result.failure?.status === status && result.failure.code === code;
        const answer = result.failure ? `refused it with ${describeAnswer(result)}` : 'accepted it';
        const what = `Twilio ${answer}, but should refuse it with ${status} and code ${code}`;
        const finding = { id: 'answer-differs', what, tryNext: adviseOn(id) } as const;
        return passUnless(`refused with ${code}`, [isExpected ? undefined : finding], result.notes);
      },
    }),
);

/** Only the status and code: the rest of an answer may hold anything, and the output of a CI job may be public. */
function describeAnswer({ failure }: TestAccountResult<unknown>): string {
  if (!failure) return 'something else';
  return failure.code === undefined ? `${failure.status}` : `${failure.status} with code ${failure.code}`;
}

function adviseOn(id: string): string[] {
  return [
    'look at https://status.twilio.com, then run smoke again',
    'look at https://www.twilio.com/docs/iam/test-credentials for changes',
    `relay-phone smoke --skip ${id}, until relay-phone knows the change`,
  ];
}

function has(value: unknown, wanted: Readonly<Record<string, string>>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return Object.entries(wanted).every(([name, one]) => fields[name] === one);
}
