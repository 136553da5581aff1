// Step 5: the .env file holds what the app reads.
import { isUtf8 } from 'node:buffer';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { type EnvEdit, editEnv } from '../../settings/env-file/edit.js';
import { findGitExposure } from '../../settings/env-file/git.js';
import { planAllowedHosts } from '../../settings/env-file/hosts.js';
import { type EnvFile, isTrue, readEnvFile, readWithDotenv } from '../../settings/env-file/read.js';
import { hashValue } from '../../settings/env-file/restore.js';
import { saveEnvFile } from '../../settings/env-file/save.js';
import { findStarter } from '../../settings/env-file/starter.js';
import { settleEnv, undoEnv } from '../env-undo.js';
import { required, type Setup, type SetupStep, type StepPlan } from '../setup.js';
import { planSecretKey, SECRET_KEY } from './secret-key.js';

/** Stands in a plan for the SID of an app that is still to be made. */
const UNKNOWN_APP = '(the new TwiML app)';
const SECRETS = new Set(['TWILIO_AUTH_TOKEN', SECRET_KEY]);

/** Writes the keys that Relay reads; every other byte of the file stays as it is. */
export const envFileStep: SetupStep = createEnvStep('env-file', 'Env file', wantedValues);

/** Writes only under which public host the app is, for as long as it is. */
export const publicHostStep: SetupStep<'public-host'> = createEnvStep('public-host', 'Env file', hostValues);

/** What the file should say, in the order new keys are added. */
type Wanted = (setup: Setup, start: Start) => Map<string, string>;

function createEnvStep<Id extends string>(id: Id, title: string, wanted: Wanted): SetupStep<Id> {
  return {
    id,
    title,
    kinds: ['env-written'],
    reconcile: settleEnv,
    plan: (setup) => look(setup, wanted),
    undo: undoEnv,
  };
}

/** The file as it is, and the bytes to start from: those of `.env-dist` or `.env.example` when there is none yet. */
interface Start {
  readonly file: EnvFile | undefined;
  readonly starter: string | undefined;
  readonly bytes: Buffer;
}

async function look(setup: Setup, wanted: Wanted): Promise<StepPlan> {
  const start = findStart(setup.envPath);
  const values = wanted(setup, start);
  const edit = editEnv(start.bytes, values);
  const changed = edit.keys.filter(({ action }) => action !== 'kept');
  setup.facts.envFile = { path: setup.envPath, keys: edit.keys, backup: undefined };
  await warnAbout(setup, start, values);
  if (changed.length === 0 && start.file) return { summary: setup.envPath, changes: [] };
  const from = start.starter ? ` from ${start.starter}` : '';
  return {
    summary: setup.envPath,
    changes: [
      `${start.file ? 'change' : 'create'} ${setup.envPath}${from}`,
      ...changed.map(({ key }) => `${key}=${SECRETS.has(key) ? '(hidden)' : values.get(key)}`),
    ],
    apply: () => write(setup, wanted),
  };
}

function findStart(path: string): Start {
  const file = readEnvFile(path);
  const starter = file ? undefined : findStarter(dirname(path));
  return { file, starter, bytes: file?.bytes ?? (starter ? readFileSync(starter) : Buffer.alloc(0)) };
}

function hostValues(setup: Setup, { bytes }: Start): Map<string, string> {
  const base = required(setup.facts.publicBase);
  const hosts = planAllowedHosts(readWithDotenv(bytes), new URL(base).hostname, setup.checkout?.hostsKey);
  return new Map([
    [hosts.key, hosts.value],
    ['SITE_ORIGIN', base],
  ]);
}

function wantedValues(setup: Setup, start: Start): Map<string, string> {
  const { account, mainNumber, app } = setup.facts;
  const secretKey = setup.checkout && planSecretKey(start.bytes, setup.checkout.path);
  const values = readWithDotenv(start.bytes);
  const enabled = values.get('PHONES_ENABLED') ?? '';
  return new Map([
    ['TWILIO_ACCOUNT_SID', required(account).sid],
    ['TWILIO_AUTH_TOKEN', setup.authToken],
    ['TWILIO_MAIN_NUMBER', required(mainNumber).phoneNumber],
    ['TWILIO_SMS_APPLICATION_SID', required(app).sid ?? UNKNOWN_APP],
    ...hostValues(setup, start),
    ['PHONES_ENABLED', isTrue(enabled) ? enabled : 'True'],
    ['SUBSCRIPTIONS_WITH_PHONE', withPlan(values.get('SUBSCRIPTIONS_WITH_PHONE') ?? '')],
    ...(secretKey === undefined ? [] : [[SECRET_KEY, secretKey] as const]),
  ]);
}

/** The comma list with Relay's phone plan on it. */
function withPlan(list: string): string {
  const plans = list.split(',').map((plan) => plan.trim());
  return plans.includes('relay-phones') ? list : [...plans.filter(Boolean), 'relay-phones'].join(',');
}

async function write(setup: Setup, wantedOf: Wanted): Promise<string> {
  const start = findStart(setup.envPath);
  const wanted = wantedOf(setup, start);
  const edit = editEnv(start.bytes, wanted);
  const backup = start.bytes.length > 0 ? saveBackup(setup, start.bytes) : undefined;
  const change = setup.journal.intend({
    kind: 'env-written',
    path: setup.envPath,
    created: !start.file,
    keys: hashChanged(edit, wanted),
    ...(backup && { backup }),
  });
  saveEnvFile(setup.envPath, edit.bytes, { expected: start.file?.bytes });
  setup.journal.done(change);
  setup.facts.envFile = { path: setup.envPath, keys: edit.keys, backup: start.file && backup };
  return `wrote ${Object.keys(change.data.keys).length} keys to ${setup.envPath}`;
}

function hashChanged(edit: EnvEdit, wanted: ReadonlyMap<string, string>): Record<string, string> {
  const written = edit.keys.filter(({ action }) => action !== 'kept');
  return Object.fromEntries(written.map(({ key }) => [key, hashValue(wanted.get(key) ?? '')]));
}

function saveBackup(setup: Setup, bytes: Buffer): string {
  const path = join(setup.backups, `env-${new Date(setup.now()).toISOString().replace(/[:.]/g, '-')}`);
  try {
    mkdirSync(setup.backups, { recursive: true, mode: 0o700 });
    writeFileSync(path, bytes, { mode: 0o600, flush: true });
  } catch (error) {
    throw new RelayPhoneError({
      kind: 'needsUser',
      task: `keep a copy of ${setup.envPath}`,
      reason: `${path} cannot be written (${findSystemCode(error) ?? String(error)}), so the file was left as it is`,
      tryNext: ['make room or give write access, then run it again', '--state-dir PATH with another folder'],
      cause: error,
    });
  }
  return path;
}

async function warnAbout(setup: Setup, start: Start, wanted: ReadonlyMap<string, string>): Promise<void> {
  if (!isUtf8(start.bytes)) {
    setup.warnings.push(
      `${setup.envPath} is not UTF-8: Relay's reader, python-decouple, refuses such a file.`,
    );
  }
  const exposure = await findGitExposure(setup.envPath);
  if (exposure) {
    setup.warnings.push(
      exposure === 'tracked'
        ? `git tracks ${setup.envPath}, which holds the auth token: git rm --cached it and add it to .gitignore`
        : `git would commit ${setup.envPath}, which holds the auth token: add it to .gitignore`,
    );
  }
  for (const [key, value] of wanted) {
    const stronger = setup.environment[key];
    if (stronger === undefined || stronger === value) continue;
    setup.warnings.push(
      `${key} is set in the environment to another value, which wins over ${setup.envPath}.`,
    );
  }
}
