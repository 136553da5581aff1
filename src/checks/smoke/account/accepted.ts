// Checks that Twilio accepts with test credentials a text, a purchase as Relay makes it, a call and a lookup.
import type { TwilioClient } from '../../../twilio/client.js';
import { toOutcome } from '../../check.js';
import { type AnySmokeCheck, createSmokeCheck } from '../subject.js';
import type { TestAccountAnswer } from './test-account.js';

/** The one number that test credentials may send from, and buy. */
export const GOOD = '+15005550006';
/** Whom published tests of Twilio's magic numbers call; with test credentials nothing reaches it. */
export const ANYBODY = '+17148675309';

/** What is taken. */
interface Taken {
  readonly id: string;
  readonly looksAt: string;
  /** What has to be in the answer, and is. */
  readonly gives: string;
  readonly request: (client: TwilioClient) => Promise<unknown>;
  readonly isRight: (value: unknown) => boolean;
}

/** Of an app that no account has: what Relay names, a live account has, and test credentials take any. */
const APP = `AP${'0'.repeat(32)}`;
const DIALING = `<Response><Say>Dialing (714) 867-5309 ...</Say><Dial>${ANYBODY}</Dial></Response>`;

const TAKEN: readonly Taken[] = [
  {
    id: 'text-accepted',
    looksAt: 'a text from the magic sender: accepted',
    gives: 'queued',
    request: ({ account }) => account.messages.create({ from: GOOD, to: ANYBODY, body: 'Hello from smoke' }),
    isRight: (text) => has(text, { status: 'queued', from: GOOD }),
  },
  {
    id: 'number-bought',
    looksAt: 'a purchase as Relay makes it, with a TwiML app for texts and calls: accepted',
    gives: 'a new number',
    request: ({ account }) =>
      account.incomingPhoneNumbers.create({
        phoneNumber: GOOD,
        smsApplicationSid: APP,
        voiceApplicationSid: APP,
      }),
    isRight: (number) => has(number, { phoneNumber: GOOD, status: 'new' }),
  },
  {
    id: 'number-bought-by-area-code',
    looksAt: 'a purchase by the magic area code 500: accepted',
    gives: 'a new number',
    request: ({ account }) => account.incomingPhoneNumbers.create({ areaCode: '500' }),
    isRight: (number) => has(number, { phoneNumber: GOOD, status: 'new' }),
  },
  {
    id: 'call-accepted',
    looksAt: 'a call with inline TwiML as Relay places it: accepted',
    gives: 'queued',
    request: ({ account }) => account.calls.create({ from: GOOD, to: ANYBODY, twiml: DIALING }),
    isRight: (call) => has(call, { status: 'queued' }),
  },
  {
    id: 'lookup',
    looksAt: 'a lookup in version 2: answered',
    gives: 'the number asked for',
    request: async (client) => {
      const { openLookups } = await import('../../../twilio/lookups.js');
      return openLookups(client).phoneNumbers(ANYBODY).fetch();
    },
    isRight: (found) => has(found, { phoneNumber: ANYBODY }),
  },
];

/** A check for each. */
export const ACCEPTED_CHECKS: readonly AnySmokeCheck[] = TAKEN.map(
  ({ id, looksAt, gives, request, isRight }) =>
    createSmokeCheck<'not-accepted'>({
      id,
      looksAt,
      group: 'account',
      needs: ['test-credentials'],
      findings: { 'not-accepted': { severity: 'fault', why: 'Relay asks Twilio for the same.' } },
      look: async ({ account }) => {
        const asked = await account.ask(request);
        const what = `Twilio answered ${describeAnswer(asked)}, and not 201 or 200 with ${gives}`;
        const fault = { id: 'not-accepted', what, tryNext: adviseOn(id) } as const;
        return toOutcome(gives, [isRight(asked.value) ? undefined : fault], asked.notes);
      },
    }),
);

/** An answer as it is told: no more of it, for it may hold anything. */
export function describeAnswer({ failure }: TestAccountAnswer<unknown>): string {
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
