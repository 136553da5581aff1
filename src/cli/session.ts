// Puts together what the commands around one Twilio account share: settings, target, sandbox, client, journal.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { findSystemCode, RelayPhoneError } from '../errors.js';
import type { JoinedSandbox } from '../sandbox/instance.js';
import { isSandboxSid } from '../sandbox-sid.js';
import { type EnvFile, readEnvFile } from '../settings/env-file/read.js';
import { type LoadedSettings, loadSettings, type SettingPlaces } from '../settings/load.js';
import { obtainCredentials } from '../setup/credentials.js';
import { openJournal, readJournal } from '../setup/journal.js';
import type { Ask, Choices, SandboxPhones, Setup } from '../setup/setup.js';
import { findStateFolder, openStateFolder, type StateFolder } from '../state/folder.js';
import { type Credentials, createTwilioClient } from '../twilio/client.js';
import { type Target, verifyFits } from '../twilio/target.js';
import type { Context } from './context.js';
import type { CommonFlags, TargetFlags } from './program.js';
import { createScreen, type Screen } from './terminal/screen.js';

/** Milliseconds to wait for another relay-phone to end. */
export const PATIENCE = 30_000;

/** The phone that stands in for the user's own in the sandbox. */
const SANDBOX_PHONE = '+12025550190';

/** What every command knows at its start, before it talks to anybody. */
export interface Ground {
  readonly screen: Screen;
  readonly envPath: string;
  readonly envFile: EnvFile | undefined;
  readonly loaded: LoadedSettings;
  readonly statePath: string;
}

/** One account to work on, live or in the sandbox. */
export interface Session {
  readonly setup: Setup;
  close(): Promise<void>;
}

/** What a command may do when it opens a session. */
export interface SessionOptions {
  readonly command: string;
  readonly ask: Ask | undefined;
  readonly choices: Choices;
  /** Makes the state folder when there is none. Otherwise a sandbox without one lives in memory only. */
  readonly keeps: boolean;
}

/**
 * Reads the `.env` file and the settings.
 *
 * @throws RelayPhoneError `usage` for a malformed setting, `needsUser` for an unreadable file.
 */
export async function openGround(
  context: Context,
  flags: CommonFlags & Partial<TargetFlags>,
  more: SettingPlaces['flags'] = {},
): Promise<Ground> {
  const { environment } = context;
  const envPath = resolve(context.cwd, flags.envFile ?? environment.RELAY_PHONE_ENV_FILE ?? '.env');
  const envFile = readEnvFile(envPath);
  const loaded = loadSettings({
    flags: { ...more, ...(await targetFlags(context, flags)) },
    environment,
    envFile: envFile?.values ?? new Map(),
  });
  const screen = createScreen(context, flags);
  if (flags.verbose) showSources(screen, loaded, envPath);
  for (const complaint of loaded.ignored) screen.warn(`ignored: ${complaint}`);
  const statePath = resolve(context.cwd, loaded.values.stateDir ?? join(dirname(envPath), '.relay-phone'));
  return { screen, envPath, envFile, loaded, statePath };
}

/** Live or sandbox, by flag, `RELAY_PHONE_TARGET`, or the kind of account configured; undefined when nothing says. */
export function findTargetKind({ loaded: { values }, statePath }: Ground): Target['kind'] | undefined {
  if (values.target) return values.target;
  if (values.accountSid) return isSandboxSid(values.accountSid) ? 'sandbox' : 'live';
  return readJournal(join(statePath, 'journal.jsonl')).findLast((change) => change.state === 'done')?.target;
}

/**
 * Opens a session with the account of `kind`, after asking for what is missing where somebody can be asked.
 *
 * @throws RelayPhoneError `needsUser` when credentials are missing or another relay-phone holds the state folder.
 */
export async function openSession(
  context: Context,
  ground: Ground,
  kind: Target['kind'],
  options: SessionOptions,
): Promise<Session> {
  if (kind === 'sandbox') return openSandboxSession(context, ground, options);
  const { command, ask } = options;
  const credentials = await obtainCredentials(ground.loaded, { command, ask, tell: ground.screen });
  if (credentials === 'sandbox') return openSandboxSession(context, ground, options);
  const setup = await createSetup(context, ground, options, { kind: 'live' }, credentials, undefined);
  return { setup, close: async () => undefined };
}

async function openSandboxSession(
  context: Context,
  ground: Ground,
  options: SessionOptions,
): Promise<Session> {
  const sandbox = await enterSandbox(ground, options);
  context.onInterrupt(sandbox.close);
  try {
    verifySameSandbox(ground, sandbox.accountSid);
  } catch (error) {
    await sandbox.close();
    throw error;
  }
  const phones: SandboxPhones = {
    realNumber: SANDBOX_PHONE,
    findText: async (phone, sid) =>
      (await sandbox.control.texts(phone)).find((text) => text.sid === sid)?.body,
  };
  const target = { kind: 'sandbox', origin: sandbox.origin } as const;
  const setup = await createSetup(context, ground, options, target, sandbox, phones);
  return { setup, close: sandbox.close };
}

/**
 * Checks that no other account was asked for. One in `.env` was left by another sandbox and is replaced; a live one in
 * the environment is for other commands.
 */
function verifySameSandbox({ loaded: { values, sources }, statePath }: Ground, own: string): void {
  const { accountSid } = values;
  if (!accountSid || accountSid === own || sources.accountSid === '.env') return;
  if (sources.accountSid === 'flag') verifyFits({ kind: 'sandbox', origin: '' }, accountSid);
  if (isSandboxSid(accountSid)) throw otherSandbox(accountSid, statePath);
}

/** Loaded only now: a live run needs no database and no server. */
async function enterSandbox(ground: Ground, options: SessionOptions): Promise<JoinedSandbox> {
  const { joinSandbox, runTransientSandbox } = await import('../sandbox/instance.js');
  const folder = openFolder(ground.statePath, options.keeps);
  if (!folder) return runTransientSandbox();
  return joinSandbox(folder, {
    command: options.command,
    patience: PATIENCE,
    onWait: (holder) =>
      ground.screen.line(`Waiting for relay-phone ${holder?.command ?? ''} to end its use of the sandbox`),
  });
}

async function createSetup(
  context: Context,
  ground: Ground,
  { ask, choices, keeps }: SessionOptions,
  target: Target,
  { accountSid, authToken }: Credentials,
  phones: SandboxPhones | undefined,
): Promise<Setup> {
  const { values, sources } = ground.loaded;
  if (keeps) openFolder(ground.statePath, true);
  const client = await createTwilioClient(
    { accountSid, authToken },
    {
      target,
      environment: context.environment,
      sleep: context.sleep,
      progress: ground.screen.progress,
      ...(values.timeout !== undefined && { timeout: values.timeout * 1000 }),
    },
  );
  const { now, newId, sleep, environment } = context;
  return {
    target: target.kind,
    client,
    authToken,
    settings: values,
    sources,
    choices,
    journal: openJournal(join(ground.statePath, 'journal.jsonl'), {
      target: target.kind,
      accountSid,
      now,
      newId,
    }),
    envPath: ground.envPath,
    backups: join(ground.statePath, 'backups'),
    environment,
    phones,
    ask,
    tell: ground.screen,
    sleep,
    now,
    facts: {},
    warnings: [],
  };
}

function openFolder(path: string, make: boolean): StateFolder | undefined {
  return make ? openStateFolder(path) : findStateFolder(path);
}

async function targetFlags(context: Context, flags: Partial<TargetFlags>): Promise<SettingPlaces['flags']> {
  const { accountSid, stateDir, timeout, authTokenFile } = flags;
  return {
    accountSid,
    stateDir,
    timeout,
    target: flags.sandbox ? 'sandbox' : flags.live ? 'live' : undefined,
    authToken: authTokenFile === undefined ? undefined : await readSecret(context, authTokenFile),
  };
}

async function readSecret(context: Context, path: string): Promise<string> {
  try {
    const secret =
      path === '-' ? await readAll(context.stdin) : readFileSync(resolve(context.cwd, path), 'utf8');
    if (secret.trim() !== '') return secret.trim();
  } catch (error) {
    throw unreadable(path, findSystemCode(error) ?? String(error));
  }
  throw unreadable(path, 'it is empty');
}

function showSources(screen: Screen, { sources }: LoadedSettings, envPath: string): void {
  for (const [name, source] of Object.entries(sources)) {
    screen.line(`${name}: from ${source === '.env' ? envPath : `the ${source}`}`);
  }
}

function unreadable(path: string, why: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'read the auth token',
    reason: `${path === '-' ? 'standard input' : path} cannot be used (${why})`,
    tryNext: ['--auth-token-file PATH with a file that holds the token alone'],
  });
}

function otherSandbox(sid: string, statePath: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'use the sandbox',
    reason: `${sid} is an account of another sandbox than the one in ${statePath}`,
    tryNext: ['leave TWILIO_ACCOUNT_SID and --account-sid out', '--state-dir PATH of the other sandbox'],
  });
}
