// Checks that Twilio accepts with test credentials a text, a purchase as Relay makes it, a call and a lookup.
import type { TwilioClient } from '../../../twilio/client.js';
import { passUnless } from '../../check.js';
import { type AnySmokeCheck, createSmokeCheck } from '../subject.js';
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
