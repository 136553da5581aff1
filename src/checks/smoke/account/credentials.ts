// Reads the test credentials from the process environment, and checks that they are well-formed.
import { isSandboxSid } from '../../../sandbox-sid.js';
import { findUnusableForm } from '../../../secret-forms.js';
import { findSidFault, findTokenFault } from '../../../setup/credentials.js';
import type { Credentials } from '../../../twilio/client.js';
import { CONSOLE_PAGES } from '../../../twilio/console-pages.js';
import type { CheckFinding } from '../../check.js';

/** The environment variables. `.env` is not read: with these in it, Relay would buy masks from the test account. */
export const [TEST_SID_VARIABLE, TEST_TOKEN_VARIABLE] = [
  'TWILIO_TEST_ACCOUNT_SID',
  'TWILIO_TEST_AUTH_TOKEN',
] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** The credentials, or the fault that makes them unusable. */
export type TestAccountCredentials =
  | { readonly credentials: Credentials; readonly fault?: undefined }
  | { readonly credentials?: undefined; readonly fault: CheckFinding<TestCredentialFinding> };

/** What can be wrong with the variables. */
export type TestCredentialFinding = 'credentials-missing' | 'credentials-malformed';

const TRY_NEXT = [
  `set ${TEST_SID_VARIABLE} and ${TEST_TOKEN_VARIABLE} in the environment (in CI: secrets of the job); smoke does not read them from .env`,
  `copy both from ${CONSOLE_PAGES.keys}, under "Test credentials"`,
];

/** True if neither variable is set. Empty counts as not set: CI jobs see secrets that they may not read as empty. */
export function lacksTestCredentials(environment: Environment): boolean {
  return !environment[TEST_SID_VARIABLE] && !environment[TEST_TOKEN_VARIABLE];
}

/** Reads the credentials. Sends no request. */
export function readTestCredentials(environment: Environment): TestAccountCredentials {
  const { [TEST_SID_VARIABLE]: accountSid, [TEST_TOKEN_VARIABLE]: authToken } = environment;
  if (!accountSid || !authToken) return { fault: missing(environment) };
  const fault = findFault(accountSid, authToken);
  if (fault === undefined) return { credentials: { accountSid, authToken } };
  const use = { command: 'smoke --test-account', key: TEST_TOKEN_VARIABLE, envPath: undefined };
  const advice = (findUnusableForm(accountSid) ?? findUnusableForm(authToken))?.advise(use);
  const tryNext = advice === undefined ? TRY_NEXT : [advice, ...TRY_NEXT];
  return { fault: { id: 'credentials-malformed', what: fault, tryNext } };
}

function findFault(accountSid: string, authToken: string): string | undefined {
  const sidFault = findSidFault(accountSid);
  if (sidFault) return `${TEST_SID_VARIABLE}: ${sidFault}`;
  const tokenFault = findTokenFault(authToken);
  if (tokenFault) return `${TEST_TOKEN_VARIABLE}: ${tokenFault}`;
  return isSandboxSid(accountSid)
    ? `${TEST_SID_VARIABLE} is an account of the sandbox, not of Twilio`
    : undefined;
}

function missing(environment: Environment): CheckFinding<TestCredentialFinding> {
  const names = [TEST_SID_VARIABLE, TEST_TOKEN_VARIABLE].filter((name) => !environment[name]);
  const what = `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} not set in the environment`;
  return { id: 'credentials-missing', what, tryNext: TRY_NEXT };
}
