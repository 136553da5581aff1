// Step 5: the .env file: plan, write with a backup, reconcile, undo.
import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { findSecretForm } from '../../secret-forms.js';
import { type EnvEdit, editEnv } from '../../settings/env-file/edit.js';
import { findGitExposure, type GitExposure } from '../../settings/env-file/git.js';
import { planAllowedHosts } from '../../settings/env-file/hosts.js';
import { completeInterruptedWrite } from '../../settings/env-file/interrupted-write.js';
import {
  type EnvFile,
  findStarter,
  isTrue,
  readWithDecouple,
  readWithDotenv,
} from '../../settings/env-file/read.js';
import { hashValue, restoreEnv } from '../../settings/env-file/restore.js';
import {
  findWriteObstacle,
  findWriteTarget,
  removeEnvFile,
  saveEnvFile,
  type WriteObstacle,
} from '../../settings/env-file/save.js';
import type { Change, ChangeDataOf } from '../changes.js';
import { isInProject, isInside } from '../project.js';
import { required, type Setup, type SetupStep, type StepPlan, type UndoOutcome } from '../setup.js';

/** The keys of `.env` without which Relay's phone features do not work. */
export const REQUIRED_ENV_KEYS = [
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_MAIN_NUMBER',
  'TWILIO_SMS_APPLICATION_SID',
  'SITE_ORIGIN',
  'PHONES_ENABLED',
  'SUBSCRIPTIONS_WITH_PHONE',
];

/** The key that Django signs sessions with. */
const SECRET_KEY = 'SECRET_KEY';
const SECRETS = new Set(['TWILIO_AUTH_TOKEN', SECRET_KEY]);
/** Stands in a plan for the SID of an app that does not exist yet. */
const UNKNOWN_APP = '(the new TwiML app)';

/** The step of `init`: writes the keys that Relay reads; every other byte of the file stays. */
export const envFileStep: SetupStep = createEnvStep('env-file', listAllValues);

/** The step of `tunnel` and `doctor --fix`: writes only `SITE_ORIGIN` and the list of allowed hosts. */
export const publicHostStep: SetupStep<'public-host'> = createEnvStep('public-host', listHostValues);

/** Returns the values that the file should hold, in the order in which new keys are added. */
type ListValues = (setup: Setup, start: Start) => Map<string, string>;

function createEnvStep<Id extends string>(id: Id, listValues: ListValues): SetupStep<Id> {
  return {
    id,
    title: 'Env file',
    kinds: ['env-written'],
    recover,
    verify,
    plan: (setup) => plan(setup, listValues),
    reconcile,
    undo,
  };
}

/** Completes a file that a killed run was writing in place. */
function recover(setup: Setup): void {
  const path = completeInterruptedWrite(setup.backups, (file) => isInProject(setup, file));
  if (path !== undefined)
    setup.output.line(`Completed ${path}, which an earlier run had not written to its end.`);
}

/** Refuses before anything is bought what could not be saved at the end. */
async function verify(setup: Setup): Promise<void> {
  const { envPath } = setup;
  const obstacle = findWriteObstacle(envPath);
  if (obstacle) return verifyComplete(setup, obstacle);
  // A link that came with a repository could lead to any file of the user.
  if (isInProject(setup, envPath)) return;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `use ${envPath}`,
    reason: `it is a link that leads out of the project, to ${findWriteTarget(envPath)}`,
    tryNext: [`-e ${findWriteTarget(envPath)}, if that file is yours`, 'replace the link by a file'],
  });
}

/** A file that cannot be written must have every key already. A tunnel goes on without, and says what to set. */
async function verifyComplete(setup: Setup, obstacle: WriteObstacle): Promise<void> {
  if (setup.command === TUNNEL) return;
  const values = (await setup.readEnv(setup.envPath))?.values;
  const missing = REQUIRED_ENV_KEYS.filter((key) => !values?.get(key));
  if (missing.length > 0) throw notWritten(setup, obstacle, [missing.join(', ')]);
}

/** The command that needs no `.env`: it passes the public base to the program that it starts. */
const TUNNEL = 'tunnel';

function notWritten(
  setup: Setup,
  { name, advice }: WriteObstacle,
  lines: readonly string[],
): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `write to ${setup.envPath}`,
    reason: `it is ${name}, and it does not have these settings`,
    details: lines,
    tryNext: [advice, '-e PATH with a file of your own'],
  });
}

/** The file, and the bytes an edit starts from: the file's, else those of `.env-dist` or `.env.example`. */
interface Start {
  readonly file: EnvFile | undefined;
  readonly starter: string | undefined;
  readonly bytes: Buffer;
}

async function plan(setup: Setup, listValues: ListValues): Promise<StepPlan> {
  const start = await findStart(setup);
  const values = listValues(setup, start);
  const edit = editEnv(start.bytes, values);
  const changed = edit.keys.filter(({ action }) => action !== 'kept');
  setup.facts.envFile = { path: setup.envPath, keys: edit.keys, backup: undefined };
  await addWarnings(setup, start, values);
  if (changed.length === 0 && start.file) return { summary: setup.envPath, changes: [] };
  const lines = changed.map(({ key }) => `${key}=${SECRETS.has(key) ? '(hidden)' : values.get(key)}`);
  const obstacle = findWriteObstacle(setup.envPath);
  if (obstacle) return planWithout(setup, obstacle, lines);
  const from = start.starter ? ` from ${start.starter}` : '';
  return {
    summary: setup.envPath,
    changes: [`${start.file ? 'change' : 'create'} ${setup.envPath}${from}`, ...lines],
    apply: () => write(setup, listValues),
  };
}

/** The plan for a file that cannot be written. @throws RelayPhoneError `needsUser`, except in a tunnel */
function planWithout(setup: Setup, obstacle: WriteObstacle, lines: readonly string[]): StepPlan {
  if (setup.command !== TUNNEL) throw notWritten(setup, obstacle, lines);
  setup.output.warn(`${setup.envPath} is ${obstacle.name}, so it stays as it is. The app needs:`);
  for (const line of lines) setup.output.warn(line);
  return { summary: `${setup.envPath} (not written)`, changes: [] };
}

async function findStart({ envPath, readEnv }: Setup): Promise<Start> {
  const file = await readEnv(envPath);
  const starter = file ? undefined : findStarter(dirname(envPath));
  return { file, starter, bytes: file?.bytes ?? (starter ? readFileSync(starter) : Buffer.alloc(0)) };
}

function listHostValues(setup: Setup, { bytes }: Start): Map<string, string> {
  const base = required(setup.facts.publicBase);
  const hosts = planAllowedHosts(readWithDotenv(bytes), new URL(base).hostname, setup.checkout?.hostsKey);
  return new Map([
    [hosts.key, hosts.value],
    ['SITE_ORIGIN', base],
  ]);
}

function listAllValues(setup: Setup, start: Start): Map<string, string> {
  const { account, mainNumber, app } = setup.facts;
  const secretKey = setup.checkout && planSecretKey(start.bytes, setup.checkout.path);
  const values = readWithDotenv(start.bytes);
  const enabled = values.get('PHONES_ENABLED') ?? '';
  const wanted = new Map([
    ['TWILIO_ACCOUNT_SID', required(account).sid],
    ['TWILIO_AUTH_TOKEN', setup.authToken],
    ['TWILIO_MAIN_NUMBER', required(mainNumber).phoneNumber],
    ['TWILIO_SMS_APPLICATION_SID', required(app).sid ?? UNKNOWN_APP],
    ...listHostValues(setup, start),
    ['PHONES_ENABLED', isTrue(enabled) ? enabled : 'True'],
    ['SUBSCRIPTIONS_WITH_PHONE', withPlan(values.get('SUBSCRIPTIONS_WITH_PHONE') ?? '')],
    ...(secretKey === undefined ? [] : [[SECRET_KEY, secretKey] as const]),
  ]);
  // A secret of a live account that a secret manager holds is not written out in its place.
  for (const key of listReferences(setup, values)) wanted.delete(key);
  return wanted;
}

/** Lists the keys that the file has as references or ciphertext. The sandbox replaces them: its values are no secrets. */
function listReferences({ target }: Setup, values: ReadonlyMap<string, string>): string[] {
  if (target === 'sandbox') return [];
  return [...values].flatMap(([key, value]) => (findSecretForm(value) ? [key] : []));
}

/** Adds Relay's phone plan to a comma list. */
function withPlan(list: string): string {
  const plans = list.split(',').map((plan) => plan.trim());
  return plans.includes('relay-phones') ? list : [...plans.filter(Boolean), 'relay-phones'].join(',');
}

/**
 * Returns the secret key to write; undefined if Relay reads one that the user chose. The placeholder of `.env-dist` does
 * not count.
 *
 * @param bytes the `.env` file, or the starter it is made from
 */
function planSecretKey(bytes: Buffer, checkoutPath: string): string | undefined {
  const placeholder = findPlaceholder(checkoutPath);
  const isChosen = (key: string | undefined) => Boolean(key) && key !== placeholder;
  if (isChosen(readWithDecouple(bytes).get(SECRET_KEY))) return undefined;
  // Only dotenv reads `export SECRET_KEY=…`; Relay does not.
  const fromDotenv = readWithDotenv(bytes).get(SECRET_KEY);
  return isChosen(fromDotenv) ? fromDotenv : randomBytes(32).toString('hex');
}

function findPlaceholder(checkoutPath: string): string | undefined {
  const starter = findStarter(checkoutPath);
  return starter && readWithDecouple(readFileSync(starter)).get(SECRET_KEY);
}

async function write(setup: Setup, listValues: ListValues): Promise<string> {
  const start = await findStart(setup);
  const values = listValues(setup, start);
  const edit = editEnv(start.bytes, values);
  const backup = start.bytes.length > 0 ? saveBackup(setup, start.bytes) : undefined;
  const change = setup.journal.intend({
    kind: 'env-written',
    path: setup.envPath,
    created: !start.file,
    keys: hashChanged(edit, values),
    ...(backup && { backup }),
  });
  saveEnvFile(setup.envPath, edit.bytes, { expected: start.file?.bytes, backups: setup.backups });
  setup.journal.done(change);
  setup.facts.envFile = { path: setup.envPath, keys: edit.keys, backup: start.file && backup };
  return `wrote ${Object.keys(change.data.keys).length} keys to ${setup.envPath}`;
}

function hashChanged(edit: EnvEdit, values: ReadonlyMap<string, string>): Record<string, string> {
  const written = edit.keys.filter(({ action }) => action !== 'kept');
  return Object.fromEntries(written.map(({ key }) => [key, hashValue(values.get(key) ?? '')]));
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
      reason: `${path} cannot be written (${findSystemCode(error) ?? String(error)}), so ${setup.envPath} was not changed`,
      tryNext: [
        'free some space or allow writing, then run it again',
        '--state-dir PATH with another folder',
      ],
      cause: error,
    });
  }
  return path;
}

async function addWarnings(setup: Setup, start: Start, values: ReadonlyMap<string, string>): Promise<void> {
  if (!isUtf8(start.bytes)) {
    setup.warnings.push(
      `${setup.envPath} is not UTF-8: python-decouple, with which Relay reads it, refuses such a file.`,
    );
  }
  const exposure = await findGitExposure(setup.envPath, start.file?.bytes);
  if (exposure.kind !== 'none') setup.warnings.push(describeExposure(setup.envPath, exposure));
  if (process.platform !== 'win32' && start.file?.isRegular && (start.file.mode & 0o007) !== 0) {
    setup.warnings.push(
      `Every user of this machine can access ${setup.envPath}, which holds the auth token: chmod o= ${setup.envPath}`,
    );
  }
  const kept = listReferences(setup, readWithDotenv(start.bytes));
  if (kept.length > 0) {
    setup.warnings.push(
      `${setup.envPath} keeps ${kept.join(', ')} as references of a secret manager: start the app through it, too.`,
    );
  }
  for (const [key, value] of values) {
    const override = setup.environment[key];
    if (override === undefined || override === value) continue;
    setup.warnings.push(
      `${key} has another value in the environment, which takes precedence over ${setup.envPath}.`,
    );
  }
}

function describeExposure(path: string, exposure: Exclude<GitExposure, { kind: 'none' }>): string {
  switch (exposure.kind) {
    case 'tracked':
      return exposure.bypassed === undefined
        ? `git tracks ${path}, which holds the auth token: git rm --cached it and add it to .gitignore`
        : `git holds ${path} with the auth token, and the filter ${exposure.bypassed} did not encrypt it`;
    case 'would-be-committed':
      return `git would commit ${path}, which holds the auth token: add it to .gitignore`;
    case 'unknown':
      return `git could not be asked whether it would commit ${path}, which holds the auth token: ${exposure.reason}`;
  }
}

/** An interrupted write took place if one value is ours: the file is always replaced as a whole. */
async function reconcile(setup: Setup, change: Change): Promise<void> {
  const { data } = change;
  if (data.kind !== 'env-written' || !isInProject(setup, data.path)) return;
  const values = (await setup.readEnv(data.path))?.values;
  const isWritten = Object.entries(data.keys).some(([key, hash]) => {
    const value = values?.get(key);
    return value !== undefined && hashValue(value) === hash;
  });
  if (isWritten) setup.journal.done(change);
  else setup.journal.abandoned(change);
}

/** Restores the old value of each key that still holds ours, or removes a file we created; other keys stay. */
async function undo(setup: Setup, change: Change): Promise<UndoOutcome> {
  const { data } = change;
  if (data.kind !== 'env-written') throw new Error(`not an env file: ${data.kind}`);
  const state = dirname(setup.backups);
  const obstacle = findWriteObstacle(data.path);
  if (obstacle) return { undone: false, text: `${data.path} stays: it is ${obstacle.name}` };
  if (!statSync(data.path, { throwIfNoEntry: false }))
    return { undone: true, text: `${data.path} no longer exists` };
  if (!isInProject(setup, data.path)) {
    const way = `relay-phone undo -e ${data.path} --state-dir ${state}`;
    return { undone: false, text: `${data.path} stays: it is outside of the project (${way})` };
  }
  if (data.backup && !isInside(state, data.backup))
    return { undone: false, text: `${data.path} stays: its backup ${data.backup} is not in ${state}` };
  const file = await setup.readEnv(data.path);
  if (!file) return { undone: true, text: `${data.path} no longer exists` };
  const before = findBackup(data);
  if (data.backup && !before)
    return { undone: false, text: `${data.path} stays: its backup ${data.backup} is missing` };
  const { bytes, keys } = restoreEnv(file.bytes, before, new Map(Object.entries(data.keys)));
  if (data.created && (!bytes || before?.equals(bytes))) {
    removeEnvFile(file.realPath);
    return { undone: true, text: `removed ${data.path}` };
  }
  // An empty file of the user stays, empty.
  const restored = bytes ?? Buffer.alloc(0);
  if (!restored.equals(file.bytes))
    saveEnvFile(data.path, restored, { expected: file.bytes, backups: setup.backups });
  const left = keys.filter(({ outcome }) => outcome === 'changed-since').map(({ key }) => key);
  const except = left.length > 0 ? `, except ${left.join(', ')}: changed since` : '';
  return { undone: true, text: `restored ${data.path}${except}` };
}

function findBackup({ backup }: ChangeDataOf<'env-written'>): Buffer | undefined {
  return backup && statSync(backup, { throwIfNoEntry: false })?.isFile() ? readFileSync(backup) : undefined;
}
