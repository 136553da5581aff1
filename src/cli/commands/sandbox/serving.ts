// What `relay-phone sandbox` serves: each option from its flag, the environment, .env or its default.
import { isLoopback } from '../../../origin.js';
import type { SandboxOptions } from '../../../sandbox/sandbox.js';
import { type Asked, wrongValue } from '../../core/command.js';
import type { CommandContext } from '../../core/command-context.js';
import { findSandboxVariable, nameSandboxVariable, readSandboxToken } from '../../core/sandbox-variables.js';
import { hostName, listenAddress, matching, ownOrigin, port } from '../../core/values.js';
import type { SandboxFlags } from './command.js';

/** The options of a served sandbox. */
export interface Serving {
  readonly port: number;
  readonly host: string;
  /** True if other machines can reach it. */
  readonly isRemote: boolean;
  readonly allowedHosts: readonly string[] | undefined;
  readonly publicOrigin: string | undefined;
  readonly account: NonNullable<SandboxOptions['account']>;
  readonly controlToken: string | undefined;
  readonly strict: boolean;
  readonly traceparent: boolean;
  readonly allowCountry: readonly string[];
  readonly clock: 'real' | 'manual';
  readonly open: boolean;
  readonly page: boolean;
  readonly pageHost: string | undefined;
  readonly follow: boolean;
}

/** The flags that {@link readServing} looks up elsewhere if they are absent. */
type ServingFlags = Omit<SandboxFlags, 'envFile' | 'stateDir' | 'adopt' | 'json' | 'verbose'>;

/**
 * Reads the options.
 *
 * @throws RelayPhoneError `usage` for a file with a token that cannot be read; the error of the command line for a
 *   malformed variable.
 */
export async function readServing(context: CommandContext, flags: ServingFlags): Promise<Serving> {
  const { screen } = context;
  const find = <T>(option: string, read: (text: string, asked: Asked) => T): T | undefined => {
    const variable = nameSandboxVariable(option);
    const text = findSandboxVariable(context, variable);
    return text ? read(text, { name: variable, command: 'sandbox' }) : undefined;
  };
  const host = flags.host ?? find('--host', listenAddress) ?? '127.0.0.1';
  const isRemote = !isLoopback(host);
  const sid = flags.accountSid ?? find('--account-sid', matching(/^AC[0-9a-f]{32}$/, 'AC and 32 hex digits'));
  const authToken = await readSandboxToken(context, '--auth-token-file', flags.authTokenFile);
  const controlToken = await readSandboxToken(context, '--control-token-file', flags.controlTokenFile);
  const given = { 'the account SID': sid, 'the auth token': authToken, 'the control token': controlToken };
  for (const [what, value] of Object.entries(given))
    if (value !== undefined && !isRemote)
      screen.warn(`ignored: ${what}, which counts only with --host of an address that others can reach`);
  return {
    port: flags.port ?? find('--port', port) ?? 4020,
    host,
    isRemote,
    allowedHosts: flags.allowHost ?? find('--allow-host', listOf(hostName)),
    publicOrigin: flags.publicOrigin ?? find('--public-origin', ownOrigin),
    account: isRemote
      ? { ...(sid !== undefined && { sid }), ...(authToken !== undefined && { authToken }) }
      : {},
    controlToken: isRemote ? controlToken : undefined,
    strict: flags.strict ?? find('--strict', yesOrNo) ?? false,
    traceparent: flags.traceparent ?? find('--traceparent', yesOrNo) ?? false,
    allowCountry: flags.allowCountry ?? find('--allow-country', listOf(String)) ?? [],
    clock: flags.clock ?? find('--clock', oneOf('real', 'manual')) ?? 'real',
    open: flags.open ?? find('--open', yesOrNo) ?? false,
    page: flags.page && !(find('--no-page', yesOrNo) ?? false),
    pageHost: flags.pageHost ?? find('--page-host', oneOf('127.0.0.1', '0.0.0.0', '::')),
    follow: flags.follow ?? find('--follow', yesOrNo) ?? false,
  };
}

function listOf<T>(read: (text: string, asked: Asked) => T): (text: string, asked: Asked) => T[] {
  return (text, asked) =>
    text
      .split(/[\s,]+/)
      .filter((part) => part !== '')
      .map((part) => read(part, asked));
}

function yesOrNo(text: string, asked: Asked): boolean {
  if (/^(?:1|true|yes)$/i.test(text)) return true;
  if (/^(?:0|false|no)$/i.test(text)) return false;
  throw wrongValue(asked, '1 or 0');
}

function oneOf<const T extends string>(...choices: readonly T[]): (text: string, asked: Asked) => T {
  return (text, asked) => {
    const choice = choices.find((one) => one === text);
    if (choice !== undefined) return choice;
    throw wrongValue(asked, choices.join(' or '));
  };
}
