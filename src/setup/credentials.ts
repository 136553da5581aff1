// Obtains the credentials of a live account, from the settings or a prompt, and checks their form before use.
import { RelayPhoneError } from '../errors.js';
import { isSandboxSid } from '../sandbox-sid.js';
import { findCredentialForm } from '../secret-forms.js';
import type { LoadedSettings, SettingSource } from '../settings/load.js';
import type { Credentials } from '../twilio/client.js';
import { CONSOLE_PAGES } from '../twilio/console-pages.js';
import { ACCOUNT_SID, AUTH_TOKEN } from '../twilio/target.js';
import type { Prompts, SetupOutput } from './setup.js';

const TASK = 'sign in to Twilio';
const WHERE = `the first page of ${CONSOLE_PAGES.home} shows account SID and auth token, under "Account Info"`;

/** The ports of {@link obtainCredentials}. */
export interface CredentialPorts {
  /** The command that needs the credentials, for advice. */
  readonly command: string;
  readonly prompts: Prompts | undefined;
  readonly output: SetupOutput;
}

/**
 * Returns the credentials of the settings, and asks for missing ones. Without an account SID it also offers the sandbox.
 *
 * @returns 'sandbox' if the user chose it
 * @throws RelayPhoneError `needsUser` if they are missing and there are no prompts, `usage` if they are malformed.
 */
export async function obtainCredentials(
  { values, sources }: LoadedSettings,
  ports: CredentialPorts,
): Promise<Credentials | 'sandbox'> {
  // A sandbox account in .env comes from `init --sandbox`; it says nothing about the live account to use.
  const stale = sources.accountSid === '.env' && isSandboxSid(values.accountSid ?? '');
  const accountSid = stale ? undefined : values.accountSid;
  const authToken = stale && sources.authToken === '.env' ? undefined : values.authToken;
  if (accountSid !== undefined)
    verifyForm(findSidFault(accountSid), 'TWILIO_ACCOUNT_SID', sources.accountSid);
  if (authToken !== undefined) verifyForm(findTokenFault(authToken), 'TWILIO_AUTH_TOKEN', sources.authToken);
  if (accountSid && authToken) return { accountSid, authToken };
  if (!ports.prompts) throw missingCredentials(ports.command, accountSid);
  if (!accountSid && (await prefersSandbox(ports.prompts, ports.output))) return 'sandbox';
  return {
    accountSid: accountSid ?? (await ports.prompts.text('Account SID (AC…)', findSidFault)),
    authToken: authToken ?? (await ports.prompts.secret('Auth token (not shown)', findTokenFault)),
  };
}

/** Returns what is wrong with an account SID, as a clause; undefined if it is well-formed. */
export function findSidFault(sid: string): string | undefined {
  if (ACCOUNT_SID.test(sid)) return undefined;
  const form = findCredentialForm(sid);
  if (form) return `this is ${form.name}`;
  if (/^SK[0-9a-fA-F]{32}$/.test(sid)) {
    return 'this is the SID of an API key; the account SID starts with AC and is on the first page of the Console';
  }
  return 'the account SID is AC followed by 32 hex digits';
}

/** Returns what is wrong with an auth token, without showing it; undefined if it is well-formed. */
export function findTokenFault(token: string): string | undefined {
  if (AUTH_TOKEN.test(token)) return undefined;
  const form = findCredentialForm(token);
  if (form) return `this is ${form.name}`;
  const kind = SID_KINDS.get(/^([A-Z]{2})[0-9a-fA-F]{32}$/.exec(token)?.[1] ?? '');
  if (kind !== undefined) return `this is the SID of ${kind}, and not an auth token`;
  return `the auth token is 32 hex digits, and this has ${token.length} characters${
    token.length === 32 ? ', not all of them hex digits (the secret of an API key?)' : ''
  }`;
}

/** SIDs that stand beside the auth token in the Console. */
const SID_KINDS: ReadonlyMap<string, string> = new Map([
  ['AC', 'an account'],
  ['SK', 'an API key'],
]);

async function prefersSandbox(prompts: Prompts, output: SetupOutput): Promise<boolean> {
  output.line('No Twilio account is configured.');
  output.line(`If you have one, ${WHERE}.`);
  output.line('The sandbox does the same on this machine, without an account, money or internet.');
  return prompts.choose('Which Twilio?', [
    { title: 'the sandbox', value: true },
    { title: 'my Twilio account', value: false },
  ]);
}

function verifyForm(fault: string | undefined, key: string, source: SettingSource | undefined): void {
  if (!fault) return;
  // A flag was just typed; a variable may have been set long ago, and elsewhere.
  const place = source === 'flag' ? '' : ` (${key} in ${source === '.env' ? '.env' : 'the environment'})`;
  throw new RelayPhoneError({ kind: 'usage', task: TASK, reason: fault + place, tryNext: [WHERE] });
}

function missingCredentials(command: string, accountSid: string | undefined): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: TASK,
    reason: accountSid ? `there is no auth token for ${accountSid}` : 'no Twilio account is configured',
    tryNext: [
      ...(command === 'init' ? ['relay-phone init --sandbox, which needs no account'] : []),
      `relay-phone ${command} --account-sid AC… --auth-token-file PATH`,
      'or set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN',
      WHERE,
    ],
  });
}
