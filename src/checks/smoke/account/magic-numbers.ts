// Checks what Twilio answers to test credentials: which requests it accepts, and the error code of each magic number.
import type { TwilioClient } from '../../../twilio/client.js';
import { passUnless } from '../../check.js';
import { type AnySmokeCheck, createSmokeCheck } from '../smoke-context.js';
import type { TestAccountResult } from './test-account.js';

/** The one number that test credentials may send from, and buy. */
export const VALID_NUMBER = '+15005550006';
/** Whom published tests of Twilio's magic numbers call; with test credentials nothing reaches it. */
export const RECIPIENT = '+17148675309';

/** What is taken. */
interface AcceptedRequest {
  readonly id: string;
  readonly checks: string;
  /** What has to be in the answer, and is. */
  readonly expected: string;
  readonly request: (client: TwilioClient) => Promise<unknown>;
  readonly isExpected: (value: unknown) => boolean;
}

/** Of an app that no account has: what Relay names, a live account has, and test credentials take any. */
const UNKNOWN_APP = `AP${'0'.repeat(32)}`;
const TWIML = `<Response><Say>Dialing (714) 867-5309 ...</Say><Dial>${RECIPIENT}</Dial></Response>`;

const ACCEPTED_REQUESTS: readonly AcceptedRequest[] = [
  {
    id: 'text-accepted',
    checks: 'a text from the magic sender: accepted',
    expected: 'queued',
    request: ({ account }) =>
      account.messages.create({ from: VALID_NUMBER, to: RECIPIENT, body: 'Hello from smoke' }),
    isExpected: (text) => has(text, { status: 'queued', from: VALID_NUMBER }),
  },
  {
    id: 'number-bought',
    checks: 'a purchase as Relay makes it, with a TwiML app for texts and calls: accepted',
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
    checks: 'a purchase by the magic area code 500: accepted',
    expected: 'a new number',
    request: ({ account }) => account.incomingPhoneNumbers.create({ areaCode: '500' }),
    isExpected: (number) => has(number, { phoneNumber: VALID_NUMBER, status: 'new' }),
  },
  {
    id: 'call-accepted',
    checks: 'a call with inline TwiML as Relay places it: accepted',
    expected: 'queued',
    request: ({ account }) => account.calls.create({ from: VALID_NUMBER, to: RECIPIENT, twiml: TWIML }),
    isExpected: (call) => has(call, { status: 'queued' }),
  },
  {
    id: 'lookup',
    checks: 'a lookup in version 2: answered',
    expected: 'the number asked for',
    request: async (client) => {
      const { openLookups } = await import('../../../twilio/lookups.js');
      return openLookups(client).phoneNumbers(RECIPIENT).fetch();
    },
    isExpected: (found) => has(found, { phoneNumber: RECIPIENT }),
  },
];

/** A check for each. */
export const ACCEPTED_CHECKS: readonly AnySmokeCheck[] = ACCEPTED_REQUESTS.map(
  ({ id, checks, expected: gives, request, isExpected: isRight }) =>
    createSmokeCheck<'not-accepted'>({
      id,
      checks,
      group: 'account',
      needs: ['test-credentials'],
      findings: { 'not-accepted': { severity: 'fault', why: 'Relay asks Twilio for the same.' } },
      run: async ({ account }) => {
        const asked = await account.request(request);
        const what = `Twilio answered ${describeAnswer(asked)}, and not 201 or 200 with ${gives}`;
        const fault = { id: 'not-accepted', what, tryNext: adviseOn(id) } as const;
        return passUnless(gives, [isRight(asked.value) ? undefined : fault], asked.notes);
      },
    }),
);

/** An answer as it is told: no more of it, for it may hold anything. */
export function describeAnswer({ failure }: TestAccountResult<unknown>): string {
  if (!failure) return 'something else';
  return failure.code === undefined ? `${failure.status}` : `${failure.status} with code ${failure.code}`;
}

/** What to do about an answer that is not the one that was expected. */
export function adviseOn(id: string): string[] {
  return [
    'look at https://status.twilio.com, and run it again',
    'https://www.twilio.com/docs/iam/test-credentials, for what has changed there',
    `relay-phone smoke --skip ${id}, until relay-phone knows it`,
  ];
}

function has(value: unknown, wanted: Readonly<Record<string, string>>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return Object.entries(wanted).every(([name, one]) => fields[name] === one);
}

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
