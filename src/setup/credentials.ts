// Finds the credentials of a live account, or asks for them, and checks their form before anything is sent.
import { RelayPhoneError } from '../errors.js';
import { isSandboxSid } from '../sandbox-sid.js';
import type { LoadedSettings } from '../settings/load.js';
import type { Credentials } from '../twilio/client.js';
import { ACCOUNT_SID, AUTH_TOKEN } from '../twilio/target.js';
import type { Prompts, SetupOutput } from './setup.js';

const TASK = 'sign in to Twilio';
const WHERE =
  'the first page of https://console.twilio.com shows account SID and auth token, under "Account Info"';

/** What {@link obtainCredentials} works with. */
export interface CredentialPorts {
  /** The command that needs them, for advice. */
  readonly command: string;
  readonly prompts: Prompts | undefined;
  readonly output: SetupOutput;
}

/**
 * The credentials of the settings, completed by asking. On a terminal with none at all the sandbox is offered too.
 *
 * @throws RelayPhoneError `needsUser` when they are missing and nobody can be asked, `usage` when they are malformed.
 */
export async function obtainCredentials(
  { values, sources }: LoadedSettings,
  ports: CredentialPorts,
): Promise<Credentials | 'sandbox'> {
  // A sandbox account in .env was left by `init --sandbox`; it is no answer to the question which live one to use.
  const stale = sources.accountSid === '.env' && isSandboxSid(values.accountSid ?? '');
  const accountSid = stale ? undefined : values.accountSid;
  const authToken = stale && sources.authToken === '.env' ? undefined : values.authToken;
  if (accountSid !== undefined) verifyForm(findSidFault(accountSid));
  if (authToken !== undefined) verifyForm(findTokenFault(authToken));
  if (accountSid && authToken) return { accountSid, authToken };
  if (!ports.prompts) throw missing(ports.command, accountSid);
  if (!accountSid && (await prefersSandbox(ports.prompts, ports.output))) return 'sandbox';
  return {
    accountSid: accountSid ?? (await ports.prompts.text('Account SID (AC…)', findSidFault)),
    authToken: authToken ?? (await ports.prompts.secret('Auth token (not shown)', findTokenFault)),
  };
}

/** What is wrong with an account SID, as a clause; undefined for a good one. */
export function findSidFault(sid: string): string | undefined {
  if (ACCOUNT_SID.test(sid)) return undefined;
  if (/^SK[0-9a-fA-F]{32}$/.test(sid)) {
    return 'this is the SID of an API key; the account SID starts with AC and stands on the first page of the Console';
  }
  return 'the account SID is AC followed by 32 hex digits';
}

/** What is wrong with an auth token, as a clause that does not show it; undefined for a good one. */
export function findTokenFault(token: string): string | undefined {
  if (AUTH_TOKEN.test(token)) return undefined;
  return `the auth token is 32 hex digits, and this has ${token.length} characters${
    token.length === 32 ? ', not all of them hex digits (the secret of an API key?)' : ''
  }`;
}

async function prefersSandbox(ask: Prompts, tell: SetupOutput): Promise<boolean> {
  tell.line('No Twilio account is configured.');
  tell.line(`If you have one, ${WHERE}.`);
  tell.line('The sandbox does the same on this machine, with no account, no money and no internet.');
  return ask.choose('Which Twilio?', [
    { title: 'the sandbox', value: true },
    { title: 'my Twilio account', value: false },
  ]);
}

function verifyForm(fault: string | undefined): void {
  if (fault) throw new RelayPhoneError({ kind: 'usage', task: TASK, reason: fault, tryNext: [WHERE] });
}

function missing(command: string, accountSid: string | undefined): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: TASK,
    reason: accountSid ? `there is no auth token for ${accountSid}` : 'no Twilio account is configured',
    tryNext: [
      ...(command === 'init' ? ['relay-phone init --sandbox, which needs none'] : []),
      `relay-phone ${command} --account-sid AC… --auth-token-file PATH`,
      'or set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN',
      WHERE,
    ],
  });
}
