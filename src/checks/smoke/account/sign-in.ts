// Checks that the credentials are test credentials, before any request that would cost money with live ones.
import { findSystemCode, RelayPhoneError } from '../../../errors.js';
import { NoAnswer } from '../../../http/send.js';
import { findAdvice } from '../../../twilio/advice.js';
import { CONSOLE_PAGES } from '../../../twilio/console-pages.js';
import { explainTwilioFailure } from '../../../twilio/failure.js';
import { type CheckFinding, found, nothingToCheck, passUnless } from '../../check.js';
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
const NO_CREDENTIALS = 'Without them Twilio answers nothing.';
const COSTS_MONEY = 'The other checks would buy numbers, send texts and place calls for real money.';
const TEST_PAGE = `${CONSOLE_PAGES.keys}, under "Test credentials"; they have their own SID and token`;

const NOT_SET = `${TEST_SID_VARIABLE} and ${TEST_TOKEN_VARIABLE} are not set`;

/** Checks that Twilio accepts the test credentials. All other checks of the account need it. */
export const signInCheck = createSmokeCheck<Id>({
  id: 'test-credentials',
  group: 'account',
  expects:
    'the credentials in the environment are test credentials that Twilio accepts (its answer is 20008)',
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
    if (account.testCredentials.fault) return found(account.testCredentials.fault);
    const result = await account.signIn();
    return passUnless('accepted test credentials', [findSignInFault(account, result)], result.notes);
  },
});

/** How far the clocks may differ. */
const MAX_SKEW_MS = 5 * 60_000;

/** Checks this machine's clock, by the `Date` header of the answer to the sign-in. */
export const clockCheck = createSmokeCheck<'clock-differs'>({
  id: 'clock',
  group: 'account',
  expects: "the clock of this machine agrees with the time in Twilio's answer",
  needs: [],
  findings: {
    'clock-differs': { severity: 'fault', why: 'Valid certificates seem expired, or not valid yet.' },
  },
  run: async ({ account }) => {
    if (maySkip(account)) return nothingToCheck(NOT_SET);
    if (account.testCredentials.fault) return nothingToCheck('no usable credentials');
    const clocks = await findClocks(account);
    if (clocks === 'expired') return found(OUT_OF_DATE);
    if (clocks?.twilio === undefined) return nothingToCheck('no answer had a time in it');
    const { twilio: theirs, local: ours } = clocks;
    const seconds = Math.round((ours - theirs) / 1000);
    const difference = `${formatDuration(Math.abs(seconds))} ${seconds > 0 ? 'ahead of' : 'behind'} Twilio's`;
    return passUnless('correct', [
      Math.abs(ours - theirs) <= MAX_SKEW_MS
        ? undefined
        : {
            id: 'clock-differs',
            what: `the clock of this machine is ${difference}`,
            tryNext: SET_CLOCK,
          },
    ]);
  },
});

const SET_CLOCK = ['set the clock: sudo timedatectl set-ntp true, or as your system does it'];
const OUT_OF_DATE: CheckFinding<'clock-differs'> = {
  id: 'clock-differs',
  what: 'by the clock of this machine a certificate on the way to Twilio is out of date',
  tryNext: SET_CLOCK,
};

/** Returns undefined if Twilio does not answer: the check of the credentials reports that. */
async function findClocks(
  account: TestAccount,
): Promise<TestAccountResult<unknown>['clocks'] | 'expired' | undefined> {
  try {
    return (await account.signIn()).clocks;
  } catch (error) {
    if (!(error instanceof NoAnswer || error instanceof RelayPhoneError)) throw error;
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
  const tryNext = [`copy both again from ${TEST_PAGE}`];
  return { id: 'credentials-refused', what: describeRefusal(account), tryNext };
}

function describeLive({ environment, testCredentials: pair }: TestAccount): CheckFinding<Id> {
  const other = environment.TWILIO_ACCOUNT_SID;
  if (other && other !== pair.credentials?.accountSid) {
    const what = `${TEST_SID_VARIABLE} is a live account, and TWILIO_ACCOUNT_SID is another account: they look swapped`;
    return { id: 'credentials-swapped', what, tryNext: ['swap the two pairs', TEST_PAGE] };
  }
  const what = `${TEST_SID_VARIABLE} is a live account, with which smoke would spend money; it sent no further request`;
  return {
    id: 'credentials-are-live',
    what,
    tryNext: [TEST_PAGE, 'relay-phone doctor, to check live credentials'],
  };
}

/** Finds mixed-up variables by comparing them, so that the live token is sent nowhere. */
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
