// Checks that the credentials are valid test credentials, before any request that would cost money with live ones.
import { findSystemCode, RelayPhoneError } from '../../../errors.js';
import { NoAnswer } from '../../../http/send.js';
import { findAdvice } from '../../../twilio/advice.js';
import { explainTwilioFailure } from '../../../twilio/failure.js';
import { type CheckFinding, nothingToCheck, passUnless } from '../../check.js';
import { createSmokeCheck } from '../smoke-context.js';
import {
  lacksTestCredentials,
  TEST_SID_VARIABLE,
  TEST_TOKEN_VARIABLE,
  type TestCredentialFinding,
} from './credentials.js';
import type { TestAccount, TestAccountResult } from './test-account.js';

type Id = TestCredentialFinding | 'credentials-refused' | 'credentials-are-live' | 'credentials-swapped';

const [REFUSED, ONLY_FOR_TEST] = [20003, 20008];
const NO_CREDENTIALS = 'Twilio cannot be asked without them.';
const COSTS_MONEY = 'What the other checks ask for would be bought, sent and placed for money.';
const TEST_PAGE =
  'https://console.twilio.com, "API keys & tokens", "Test credentials": SID and token of their own';

const NOT_SET = `${TEST_SID_VARIABLE} and ${TEST_TOKEN_VARIABLE} are not set`;

/** The first of all: the others wait for it. */
export const signInCheck = createSmokeCheck<Id>({
  id: 'test-credentials',
  group: 'account',
  checks: 'the credentials in the environment: accepted by Twilio, and test ones (which it shows with 20008)',
  needs: [],
  findings: {
    'credentials-missing': { severity: 'fault', why: NO_CREDENTIALS },
    'credentials-malformed': { severity: 'fault', why: NO_CREDENTIALS },
    'credentials-refused': { severity: 'fault', why: NO_CREDENTIALS },
    'credentials-are-live': { severity: 'fault', why: COSTS_MONEY },
    'credentials-swapped': { severity: 'fault', why: COSTS_MONEY },
  },
  run: async ({ account }) => {
    if (maySkip(account)) return nothingToCheck(NOT_SET);
    if (account.testCredentials.fault) return passUnless('', [account.testCredentials.fault]);
    const entry = await account.signIn();
    return passUnless('accepted, and test ones', [findSignInFault(account, entry)], entry.notes);
  },
});

/** Milliseconds that clocks may differ by. */
const MAX_SKEW_MS = 5 * 60_000;

/** By the `Date` of the same answer. */
export const clockCheck = createSmokeCheck<'clock-differs'>({
  id: 'clock',
  group: 'account',
  checks: "the clock of this machine, against the time in Twilio's answer",
  needs: [],
  findings: {
    'clock-differs': { severity: 'fault', why: 'Certificates count as expired, or not valid yet.' },
  },
  run: async ({ account }) => {
    if (maySkip(account)) return nothingToCheck(NOT_SET);
    if (account.testCredentials.fault) return nothingToCheck('there are no credentials to ask with');
    const clocks = await findClocks(account);
    if (clocks === 'expired') return passUnless('', [OUT_OF_DATE]);
    if (clocks?.twilio === undefined) return nothingToCheck('there was no answer with a time in it');
    const { twilio: theirs, local: ours } = clocks;
    const seconds = Math.round((ours - theirs) / 1000);
    const away = `${formatDuration(Math.abs(seconds))} ${seconds > 0 ? 'ahead of' : 'behind'} Twilio's`;
    return passUnless('right', [
      Math.abs(ours - theirs) <= MAX_SKEW_MS
        ? undefined
        : {
            id: 'clock-differs',
            what: `the clock of this machine is ${away}`,
            tryNext: SET_CLOCK,
          },
    ]);
  },
});

const SET_CLOCK = ['set the clock: sudo timedatectl set-ntp true, or as the system has it'];
const OUT_OF_DATE: CheckFinding<'clock-differs'> = {
  id: 'clock-differs',
  what: 'by the clock of this machine a certificate on the way to Twilio is out of date',
  tryNext: SET_CLOCK,
};

/** That Twilio does not answer is for the check of the credentials to say. */
async function findClocks(
  account: TestAccount,
): Promise<TestAccountResult<unknown>['clocks'] | 'expired' | undefined> {
  try {
    return (await account.signIn()).clocks;
  } catch (error) {
    const isAnswered = !(error instanceof NoAnswer || error instanceof RelayPhoneError);
    if (isAnswered) throw error;
    const code = findSystemCode(error.cause) ?? '';
    return ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'].includes(code) ? 'expired' : undefined;
  }
}

function maySkip({ environment, allowsMissing: mayBeMissing }: TestAccount): boolean {
  return mayBeMissing && lacksTestCredentials(environment);
}

function findSignInFault(
  account: TestAccount,
  { failure }: TestAccountResult<unknown>,
): CheckFinding<Id> | undefined {
  if (failure === undefined) return describeLive(account);
  if (failure.code === ONLY_FOR_TEST) return undefined;
  if (failure.code !== REFUSED) throw explainTwilioFailure('sign in with the test credentials', failure);
  const tryNext = [`copy both again: ${TEST_PAGE}`];
  return { id: 'credentials-refused', what: describeRefusal(account), tryNext };
}

function describeLive({ environment, testCredentials: pair }: TestAccount): CheckFinding<Id> {
  const other = environment.TWILIO_ACCOUNT_SID;
  if (other && other !== pair.credentials?.accountSid) {
    const what = `${TEST_SID_VARIABLE} is a live account, and TWILIO_ACCOUNT_SID another one: they look swapped`;
    return { id: 'credentials-swapped', what, tryNext: ['change the two pairs over', TEST_PAGE] };
  }
  const what = `${TEST_SID_VARIABLE} is a live account, with which smoke would spend money: nothing more was asked`;
  return { id: 'credentials-are-live', what, tryNext: [TEST_PAGE, 'relay-phone doctor, for live ones'] };
}

/** What is mixed up is seen without sending the live token anywhere. */
function describeRefusal({ environment, testCredentials: pair }: TestAccount): string {
  const meaning = `${findAdvice(REFUSED)?.meaning} (Twilio ${REFUSED})`;
  if (pair.credentials?.authToken === environment.TWILIO_AUTH_TOKEN)
    return `${meaning}: ${TEST_TOKEN_VARIABLE} has the token of TWILIO_AUTH_TOKEN`;
  if (pair.credentials?.accountSid === environment.TWILIO_ACCOUNT_SID)
    return `${meaning}: ${TEST_SID_VARIABLE} has the account of TWILIO_ACCOUNT_SID`;
  return `${meaning}: revoked, or of another account`;
}

function formatDuration(seconds: number): string {
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} minutes`;
  if (seconds < 2 * 86_400) return `${Math.round(seconds / 3600)} hours`;
  return `${Math.round(seconds / 86_400)} days`;
}
