// What every command knows at its start, before it talks to anybody: the settings and where things are.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { Checkout } from '../checkout/find.js';
import { hideSecret } from '../debug.js';
import { findSystemCode, RelayPhoneError } from '../errors.js';
import { isSandboxSid } from '../sandbox-sid.js';
import { type EnvFile, readEnvFile } from '../settings/env-file/read.js';
import { type LoadedSettings, loadSettings, type SettingPlaces } from '../settings/load.js';
import { readJournal } from '../setup/journal.js';
import type { LockOptions } from '../state/lock.js';
import type { Target } from '../twilio/target.js';
import { findPlace } from './checkout/place.js';
import type { Context } from './context.js';
import type { CheckoutFlags, CommonFlags, TargetFlags } from './flags.js';
import { createScreen, type Screen } from './terminal/screen.js';

/** Milliseconds to wait for another relay-phone to end. */
const PATIENCE = 30_000;

/** Where a command stands. */
export interface Ground {
  readonly screen: Screen;
  readonly envPath: string;
  readonly envFile: EnvFile | undefined;
  readonly loaded: LoadedSettings;
  readonly statePath: string;
  /** The Relay checkout that was named, or that we stand in. */
  readonly checkout: Checkout | undefined;
}

/** Gets what is wrong with what a user has set up. */
export type OnFault = (fault: RelayPhoneError) => void;

/**
 * Reads the `.env` file and the settings. Both are those of the checkout that was named, if one was.
 *
 * @param onFault gets what would be thrown, but for flags: the file or the setting then counts as absent
 * @throws RelayPhoneError `usage` for a malformed setting or a folder that is no checkout, `needsUser` for an unreadable
 * file.
 */
export async function openGround(
  context: Context,
  flags: CommonFlags & Partial<TargetFlags & CheckoutFlags>,
  more: SettingPlaces['flags'] = {},
  onFault?: OnFault,
): Promise<Ground> {
  const { environment } = context;
  const checkout = findPlace(context.cwd, flags.checkout);
  const home = flags.checkout === undefined ? undefined : join(flags.checkout, '.env');
  const envPath = resolve(context.cwd, flags.envFile ?? home ?? environment.RELAY_PHONE_ENV_FILE ?? '.env');
  const envFile = findEnvFile(envPath, onFault);
  const places = {
    flags: { ...more, ...(await targetFlags(context, flags)) },
    environment,
    envFile: envFile?.values ?? new Map(),
  };
  const loaded = loadSettings(places, onFault);
  const screen = createScreen(context, flags);
  if (flags.verbose) showSources(screen, loaded, envPath);
  for (const complaint of loaded.ignored) screen.warn(`ignored: ${complaint}`);
  const statePath = resolve(context.cwd, loaded.values.stateDir ?? join(dirname(envPath), '.relay-phone'));
  return { screen, envPath, envFile, loaded, statePath, checkout };
}

function findEnvFile(path: string, onFault: OnFault | undefined): EnvFile | undefined {
  try {
    return readEnvFile(path);
  } catch (error) {
    if (!onFault || !(error instanceof RelayPhoneError)) throw error;
    onFault(error);
    return undefined;
  }
}

/** Live or sandbox, by flag, `RELAY_PHONE_TARGET`, or the kind of account configured; undefined when nothing says. */
export function findTargetKind({ loaded: { values }, statePath }: Ground): Target['kind'] | undefined {
  if (values.target) return values.target;
  if (values.accountSid) return isSandboxSid(values.accountSid) ? 'sandbox' : 'live';
  return readJournal(join(statePath, 'journal.jsonl')).findLast((change) => change.state === 'done')?.target;
}

/** How a command waits for another relay-phone to end, and says so. */
export function waitFor({ screen }: Ground, command: string): LockOptions {
  return {
    command,
    patience: PATIENCE,
    onWait: (holder) => {
      const who = holder ? `relay-phone ${holder.command} (process ${holder.pid})` : 'another relay-phone';
      screen.line(`Waiting for ${who} to end`);
    },
  };
}

async function targetFlags(context: Context, flags: Partial<TargetFlags>): Promise<SettingPlaces['flags']> {
  const { accountSid, stateDir, timeout, authTokenFile } = flags;
  return {
    accountSid,
    stateDir,
    timeout,
    target: flags.sandbox ? 'sandbox' : flags.live ? 'live' : undefined,
    authToken: await readSecret(context, '--auth-token-file', authTokenFile),
  };
}

/** Each flag that names a file with a secret, and what the secret is. */
const SECRETS = {
  '--auth-token-file': 'the auth token',
  '--api-token-file': "the token of the app's API",
  '--authtoken-file': "ngrok's authtoken",
  '--signing-token-file': "the app's auth token",
} as const;

type SecretFlag = keyof typeof SECRETS;

/**
 * The secret that a flag names a file for, or `-` for standard input; undefined when the flag was not given.
 *
 * @throws RelayPhoneError `usage` when there is none in it.
 */
export async function readSecret(
  context: Context,
  flag: SecretFlag,
  path: string | undefined,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    const secret =
      path === '-' ? await readAll(context.stdin) : readFileSync(resolve(context.cwd, path), 'utf8');
    hideSecret(secret.trim());
    if (secret.trim() !== '') return secret.trim();
  } catch (error) {
    throw unreadable(flag, path, findSystemCode(error) ?? String(error));
  }
  throw unreadable(flag, path, 'it is empty');
}

function showSources(screen: Screen, { sources }: LoadedSettings, envPath: string): void {
  for (const [name, source] of Object.entries(sources)) {
    screen.line(`${name}: from ${source === '.env' ? envPath : `the ${source}`}`);
  }
}

function unreadable(flag: SecretFlag, path: string, why: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: `read ${SECRETS[flag]}`,
    reason: `${path === '-' ? 'standard input' : path} cannot be used (${why})`,
    tryNext: [`${flag} PATH with a file that holds the token alone`],
  });
}
