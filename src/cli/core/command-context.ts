// Opens the context of a command: its settings, its files and its screen.
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { hideSecret } from '../../debug.js';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { type Checkout, findCheckout, listMissingParts } from '../../firefox-relay/checkout.js';
import { readPipe } from '../../settings/env-file/pipe.js';
import { createEnvReader, type EnvFile, type EnvReader } from '../../settings/env-file/read.js';
import { type LoadedSettings, loadSettings, type SettingPlaces } from '../../settings/load.js';
import { SETTING_SOURCES, type SettingName } from '../../settings/schema.js';
import { JOURNAL, readJournal } from '../../setup/journal.js';
import type { LockOptions } from '../../state/lock.js';
import type { Target } from '../../twilio/target.js';
import type { OptionFlags } from './command.js';
import type { checkoutOptions, targetOptions } from './options.js';
import type { CliPorts } from './ports.js';
import { isSandboxAccount } from './sandbox-account.js';
import { createScreen, type Screen } from './screen.js';
import { locateState, type StatePlace } from './state-place.js';

const SETTING_NAMES = Object.keys(SETTING_SOURCES) as SettingName[];

/** How long a command waits for another relay-phone that holds the lock. */
const LOCK_TIMEOUT_MS = 30_000;

/** The settings, files and screen of one run of a command. */
export interface CommandContext {
  readonly ports: CliPorts;
  readonly screen: Screen;
  readonly envPath: string;
  /** Reads `.env` files in this run, which may be named pipes. */
  readonly readEnv: EnvReader;
  /** Undefined if there is no `.env` file. */
  readonly envFile: EnvFile | undefined;
  readonly loaded: LoadedSettings;
  /** The state folder, which is ours. */
  readonly state: StatePlace;
  /** True if `--yes` answers every question. */
  readonly yes: boolean;
  /** The Relay checkout of `--checkout` or the working directory. */
  readonly checkout: Checkout | undefined;
  /** The files that options named, as they were typed: lines to copy repeat them. */
  readonly named: { readonly envFile?: string | undefined; readonly stateDir?: string | undefined };
}

/** The flags that say how a command prints, where its files are, and what its settings are. */
export type ContextFlags = Partial<
  OptionFlags<typeof targetOptions & typeof checkoutOptions> &
    Record<'apiTokenFile' | SettingName, string | undefined> & { readonly yes: boolean }
>;

/** Receives what is wrong with the user's files and settings; `about` is set if it is the state folder. */
export type OnFault = (fault: RelayPhoneError, about?: 'state-folder') => void;

/**
 * Reads the `.env` file and the settings, those of the checkout if `--checkout` named one. A flag with the name of a
 * setting is that setting. The state folder is found, and must be ours.
 *
 * @param onFault receives what would be thrown, except for flags; the file or the setting then counts as absent
 * @throws RelayPhoneError `usage` for a malformed setting or a folder that is not a checkout, `needsUser` for an
 * unreadable file, or a state folder that is not ours.
 */
export async function openCommandContext(
  ports: CliPorts,
  flags: ContextFlags,
  onFault?: OnFault,
): Promise<CommandContext> {
  const { environment, cwd } = ports;
  const checkout =
    flags.checkout === undefined ? findCheckout(cwd) : readCheckout(resolve(cwd, flags.checkout));
  const checkoutEnvPath = flags.checkout === undefined ? undefined : join(flags.checkout, '.env');
  const envPath = resolve(
    cwd,
    flags.envFile ?? checkoutEnvPath ?? environment.RELAY_PHONE_ENV_FILE ?? '.env',
  );
  const screen = createScreen(ports, flags);
  // On stderr, because stdout may be read by a script, as with `serve --show-token`.
  const notices = createScreen(ports, { json: true });
  const readEnv = createEnvReader({
    onSlowPipe: (path) => notices.line(describeWaiting(path)),
  });
  const envFile = await findEnvFile(readEnv, envPath, onFault);
  const places = {
    flags: await readSettingFlags(ports, flags),
    environment,
    envFile: envFile?.values ?? new Map(),
  };
  const loaded = loadSettings(places, onFault);
  if (flags.verbose) showSources(screen, loaded, envPath);
  for (const complaint of loaded.ignored) screen.warn(`ignored: ${complaint}`);
  const { stateDir } = loaded.values;
  const request = {
    path: resolve(cwd, stateDir ?? join(findHome(envPath, cwd), '.relay-phone')),
    isNamed: stateDir !== undefined,
    adopt: flags.adopt ?? false,
    // A command that reports its faults asks nothing.
    isAsked: !flags.yes && !onFault,
  };
  const onStateFault = onFault && ((fault: RelayPhoneError) => onFault(fault, 'state-folder'));
  const state = await locateState(ports, notices, request, onStateFault);
  const { yes = false } = flags;
  const named = { envFile: flags.envFile, stateDir: flags.stateDir };
  return { ports, screen, envPath, readEnv, envFile, loaded, state, yes, checkout, named };
}

/** The folder of the project: that of `.env`, unless it is `/dev/null`, or a pipe of the shell such as `/dev/fd/63`. */
function findHome(envPath: string, cwd: string): string {
  return /^\/(?:dev|proc)\//.test(envPath) ? cwd : dirname(envPath);
}

function readCheckout(folder: string): Checkout {
  const checkout = findCheckout(folder);
  if (checkout) return checkout;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'use the checkout',
    reason: `${folder} is not a checkout of Firefox Relay with phones: it has no ${listMissingParts(folder).join(' and no ')}`,
    tryNext: ['--checkout PATH of the folder that contains manage.py'],
  });
}

async function findEnvFile(
  readEnv: EnvReader,
  path: string,
  onFault: OnFault | undefined,
): Promise<EnvFile | undefined> {
  try {
    return await readEnv(path);
  } catch (error) {
    if (!onFault || !(error instanceof RelayPhoneError)) throw error;
    onFault(error);
    return undefined;
  }
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

/** The options that name a file with a secret, and what the secret is. */
const SECRETS = {
  '--auth-token-file': 'the auth token',
  '--control-token-file': 'the token of the control API',
  '--api-token-file': "the token of the app's API",
  '--authtoken-file': "ngrok's authtoken",
  '--signing-token-file': "the app's auth token",
} as const;

type SecretOption = keyof typeof SECRETS;

/**
 * Reads a secret from a file, or from standard input for `-`.
 *
 * @param path undefined if the option was not given; the secret is then undefined too
 * @throws RelayPhoneError `usage` if the file cannot be read or is empty.
 */
export async function readSecret(
  ports: CliPorts,
  option: SecretOption,
  path: string | undefined,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    const secret = path === '-' ? await readAll(ports.stdin) : await readSecretFile(ports, path);
    hideSecret(secret.trim());
    if (secret.trim() !== '') return secret.trim();
  } catch (error) {
    if (error instanceof RelayPhoneError) throw error;
    throw unreadable(option, path, findSystemCode(error) ?? String(error));
  }
  throw unreadable(option, path, 'it is empty');
}

/** A password manager may ask its user first, before it writes to the pipe of `<(op read …)`. */
const SECRET_PIPE_TIMEOUT_MS = 60_000;

async function readSecretFile(ports: CliPorts, name: string): Promise<string> {
  const path = resolve(ports.cwd, name);
  if (!statSync(path).isFIFO()) return readFileSync(path, 'utf8');
  const onSlow = () => createScreen(ports, { json: true }).line(describeWaiting(path));
  return (await readPipe(path, { timeoutMs: SECRET_PIPE_TIMEOUT_MS, onSlow })).toString('utf8');
}

function describeWaiting(path: string): string {
  return `Waiting for another program to write ${path}, which is a named pipe (Ctrl-C ends it)`;
}

function unreadable(option: SecretOption, path: string, why: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: `read ${SECRETS[option]}`,
    reason: `${path === '-' ? 'standard input' : path} cannot be used (${why})`,
    tryNext: [`${option} PATH of a file that contains only the token`],
  });
}

function showSources(screen: Screen, { sources }: LoadedSettings, envPath: string): void {
  for (const [name, source] of Object.entries(sources)) {
    screen.line(`${name}: from ${source === '.env' ? envPath : `the ${source}`}`);
  }
}

/**
 * Finds out whether the command works live or in the sandbox: by flag, by `RELAY_PHONE_TARGET`, by the kind of account
 * that is configured, by the last change in the journal. Undefined if none of them decides it.
 */
export function findTargetKind({
  loaded: { values, unresolved },
  state,
}: CommandContext): Target['kind'] | undefined {
  if (values.target) return values.target;
  if (values.accountSid) return isSandboxAccount(state, values.accountSid) ? 'sandbox' : 'live';
  // Nobody keeps the account of a sandbox in a secret manager.
  if (unresolved.some(({ name }) => name === 'accountSid')) return 'live';
  const folder = state.find();
  return (
    folder && readJournal(folder.file(JOURNAL)).changes.findLast((change) => change.state === 'done')?.target
  );
}

/** Returns how a command waits for a lock: it shows which relay-phone holds it, and gives up after 30 seconds. */
export function waitForLock({ screen }: CommandContext, command: string): LockOptions {
  return {
    command,
    timeoutMs: LOCK_TIMEOUT_MS,
    onWait: (holder) => {
      const who = holder ? `relay-phone ${holder.command} (process ${holder.pid})` : 'another relay-phone';
      screen.line(`Waiting for ${who} to end`);
    },
  };
}
