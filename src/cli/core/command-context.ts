// What every command knows at its start, before it talks to anybody: the settings and where things are.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { hideSecret } from '../../debug.js';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import type { Checkout } from '../../firefox-relay/find.js';
import { isSandboxSid } from '../../sandbox-sid.js';
import { type EnvFile, readEnvFile } from '../../settings/env-file/read.js';
import { type LoadedSettings, loadSettings, type SettingPlaces } from '../../settings/load.js';
import { SETTING_SOURCES, type SettingName } from '../../settings/schema.js';
import { readJournal } from '../../setup/journal.js';
import type { LockOptions } from '../../state/lock.js';
import type { Target } from '../../twilio/target.js';
import { findNamedCheckout } from './checkout.js';
import type { OptionFlags } from './command.js';
import type { checkoutOptions, targetOptions } from './options.js';
import type { CliPorts } from './ports.js';
import { createScreen, type Screen } from './screen.js';

const SETTING_NAMES = Object.keys(SETTING_SOURCES) as SettingName[];

/** Milliseconds to wait for another relay-phone to end. */
const PATIENCE = 30_000;

/** What a command works with. */
export interface CommandContext {
  readonly ports: CliPorts;
  readonly screen: Screen;
  readonly envPath: string;
  readonly envFile: EnvFile | undefined;
  readonly loaded: LoadedSettings;
  readonly statePath: string;
  /** The Relay checkout that was named or that is the working directory. */
  readonly checkout: Checkout | undefined;
}

/** The flags that say how a command prints, where its files are, and what its settings are. */
export type ContextFlags = Partial<
  OptionFlags<typeof targetOptions & typeof checkoutOptions> &
    Record<'apiTokenFile' | SettingName, string | undefined>
>;

/** Receives what is wrong with what a user has set up. */
export type OnFault = (fault: RelayPhoneError) => void;

/**
 * Reads the `.env` file and the settings, those of the checkout if one was named. A flag with the name of a setting is
 * that setting.
 *
 * @param onFault receives what would be thrown, except for flags; the file or the setting then counts as absent
 * @throws RelayPhoneError `usage` for a malformed setting or a folder that is not a checkout, `needsUser` for an
 * unreadable file.
 */
export async function openCommandContext(
  ports: CliPorts,
  flags: ContextFlags,
  onFault?: OnFault,
): Promise<CommandContext> {
  const { environment, cwd } = ports;
  const checkout = findNamedCheckout(cwd, flags.checkout);
  const checkoutEnvPath = flags.checkout === undefined ? undefined : join(flags.checkout, '.env');
  const envPath = resolve(
    cwd,
    flags.envFile ?? checkoutEnvPath ?? environment.RELAY_PHONE_ENV_FILE ?? '.env',
  );
  const envFile = findEnvFile(envPath, onFault);
  const places = {
    flags: await readSettingFlags(ports, flags),
    environment,
    envFile: envFile?.values ?? new Map(),
  };
  const loaded = loadSettings(places, onFault);
  const screen = createScreen(ports, flags);
  if (flags.verbose) showSources(screen, loaded, envPath);
  for (const complaint of loaded.ignored) screen.warn(`ignored: ${complaint}`);
  const statePath = resolve(cwd, loaded.values.stateDir ?? join(dirname(envPath), '.relay-phone'));
  return { ports, screen, envPath, envFile, loaded, statePath, checkout };
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
export function findTargetKind({
  loaded: { values },
  statePath,
}: CommandContext): Target['kind'] | undefined {
  if (values.target) return values.target;
  if (values.accountSid) return isSandboxSid(values.accountSid) ? 'sandbox' : 'live';
  return readJournal(join(statePath, 'journal.jsonl')).findLast((change) => change.state === 'done')?.target;
}

/** How a command waits for another relay-phone to end, and says so. */
export function waitForLock({ screen }: CommandContext, command: string): LockOptions {
  return {
    command,
    timeoutMs: PATIENCE,
    onWait: (holder) => {
      const who = holder ? `relay-phone ${holder.command} (process ${holder.pid})` : 'another relay-phone';
      screen.line(`Waiting for ${who} to end`);
    },
  };
}

async function readSettingFlags(ports: CliPorts, flags: ContextFlags): Promise<SettingPlaces['flags']> {
  const { sandbox, live, authTokenFile, apiTokenFile } = flags;
  return {
    ...Object.fromEntries(SETTING_NAMES.map((name) => [name, flags[name]])),
    target: sandbox ? 'sandbox' : live ? 'live' : undefined,
    authToken: await readSecret(ports, '--auth-token-file', authTokenFile),
    apiToken: await readSecret(ports, '--api-token-file', apiTokenFile),
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
  ports: CliPorts,
  flag: SecretFlag,
  path: string | undefined,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    const secret = path === '-' ? await readAll(ports.stdin) : readFileSync(resolve(ports.cwd, path), 'utf8');
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
