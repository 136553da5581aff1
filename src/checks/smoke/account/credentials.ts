// Reads the test credentials from the process environment, and checks their form before they are used.
import { isSandboxSid } from '../../../sandbox-sid.js';
import { findSidFault, findTokenFault } from '../../../setup/credentials.js';
import type { Credentials } from '../../../twilio/client.js';
import type { CheckFinding } from '../../check.js';

/** Where they come from. With them in `.env`, Relay would buy its masks from the test account. */
export const [SID_NAME, TOKEN_NAME] = ['TWILIO_TEST_ACCOUNT_SID', 'TWILIO_TEST_AUTH_TOKEN'] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** The credentials, or why they cannot be used. */
export type TestCredentialPair =
  | { readonly credentials: Credentials; readonly fault?: undefined }
  | { readonly credentials?: undefined; readonly fault: CheckFinding<PairFinding> };

/** What can be wrong with a pair. */
export type PairFinding = 'credentials-missing' | 'credentials-malformed';

const WHERE = [
  `${SID_NAME} and ${TOKEN_NAME} in the environment (of a CI job: its secrets); .env is not asked for them`,
  'https://console.twilio.com, "API keys & tokens", "Test credentials"',
];

/** Whether neither half is there. An empty one counts as none: so CI jobs see secrets that they may not have. */
export function hasNoPair(environment: Environment): boolean {
  return !environment[SID_NAME] && !environment[TOKEN_NAME];
}

/** Reads the pair. */
export function readPair(environment: Environment): TestCredentialPair {
  const { [SID_NAME]: accountSid, [TOKEN_NAME]: authToken } = environment;
  if (!accountSid || !authToken) return { fault: missing(environment) };
  const fault = findFault(accountSid, authToken);
  if (fault === undefined) return { credentials: { accountSid, authToken } };
  return { fault: { id: 'credentials-malformed', what: fault, tryNext: WHERE } };
}

function findFault(accountSid: string, authToken: string): string | undefined {
  const sidFault = findSidFault(accountSid);
  if (sidFault) return `${SID_NAME}: ${sidFault}`;
  const tokenFault = findTokenFault(authToken);
  if (tokenFault) return `${TOKEN_NAME}: ${tokenFault}`;
  return isSandboxSid(accountSid)
    ? `${SID_NAME} is an account of the sandbox, which Twilio does not know`
    : undefined;
}

function missing(environment: Environment): CheckFinding<PairFinding> {
  const names = [SID_NAME, TOKEN_NAME].filter((name) => !environment[name]);
  const what = `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} not set in the environment`;
  return { id: 'credentials-missing', what, tryNext: WHERE };
}
