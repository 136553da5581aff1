// Step 5: the .env file: plan, write with a backup, reconcile, undo.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { type EnvEdit, editEnv } from '../../settings/env-file/edit.js';
import { completeInterruptedWrite } from '../../settings/env-file/interrupted-write.js';
import { readWithDecouple, readWithDotenv } from '../../settings/env-file/read.js';
import { hashValue, restoreEnv } from '../../settings/env-file/restore.js';
import {
  findWriteObstacle,
  findWriteTarget,
  removeEnvFile,
  saveEnvFile,
  type WriteObstacle,
} from '../../settings/env-file/save.js';
import type { Change, ChangeDataOf } from '../changes.js';
import {
  findEnvStart,
  findPlaceholder,
  type ListEnvValues,
  listAllValues,
  listHostValues,
  NGROK_AUTHTOKEN,
  REQUIRED_ENV_KEYS,
  SECRET_KEY,
} from '../env-values.js';
import { addEnvWarnings } from '../env-warnings.js';
import { isInProject, isInside } from '../project.js';
import type { Setup, SetupStep, StepPlan, UndoOutcome } from '../setup.js';

/** Not shown in a plan. */
const SECRETS = new Set(['TWILIO_AUTH_TOKEN', SECRET_KEY, NGROK_AUTHTOKEN]);

/** The step of `init`: writes the keys that Relay reads; every other byte of the file stays. */
export const envFileStep: SetupStep = createEnvStep('env-file', listAllValues, verifyEditable);

/** The step of `tunnel` and `doctor --fix`: writes only `SITE_ORIGIN` and the list of allowed hosts. */
export const publicHostStep: SetupStep<'public-host'> = createEnvStep('public-host', listHostValues);

function createEnvStep<Id extends string>(
  id: Id,
  listValues: ListEnvValues,
  verifyMore: (setup: Setup) => Promise<void> = async () => undefined,
): SetupStep<Id> {
  return {
    id,
    title: 'Env file',
    kinds: ['env-written'],
    recover,
    verify: async (setup) => {
      await verify(setup);
      await verifyMore(setup);
    },
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

/** Finds out before a number is bought that the file cannot be read, or has no room for a key. */
async function verifyEditable(setup: Setup): Promise<void> {
  if (findWriteObstacle(setup.envPath)) return;
  const { bytes } = await findEnvStart(setup);
  if (setup.checkout) findPlaceholder(setup.checkout.path);
  const [dotenv, decouple] = [readWithDotenv(bytes), readWithDecouple(bytes)];
  const missing = REQUIRED_ENV_KEYS.filter(
    (key) => !dotenv.get(key) || dotenv.get(key) !== decouple.get(key),
  );
  editEnv(bytes, new Map(missing.map((key) => [key, 'value'])));
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

async function plan(setup: Setup, listValues: ListEnvValues): Promise<StepPlan> {
  const start = await findEnvStart(setup);
  const values = listValues(setup, start);
  const edit = editEnv(start.bytes, values);
  const changed = edit.keys.filter(({ action }) => action !== 'kept');
  setup.facts.envFile = { path: setup.envPath, keys: edit.keys, backup: undefined };
  await addEnvWarnings(setup, start, values);
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

async function write(setup: Setup, listValues: ListEnvValues): Promise<string> {
  const start = await findEnvStart(setup);
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
