// The journal of changes: each change is recorded before it is made, so that a crash loses none.
import { closeSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { findSystemCode, RelayPhoneError } from '../errors.js';
import {
  type Change,
  type ChangeData,
  type ChangeDataOf,
  type ChangeKind,
  changeDataSchema,
  changeState,
} from './changes.js';

/** A line of the file: a recorded change, or news about one. `deed` is the name of the data on disk. */
const entrySchema = z.union([
  z.object({
    id: z.string(),
    at: z.string(),
    target: z.enum(['live', 'sandbox']),
    accountSid: z.string(),
    state: z.literal('intended'),
    temporary: z.boolean().optional(),
    deed: changeDataSchema,
  }),
  z.object({
    id: z.string(),
    at: z.string(),
    state: changeState.optional(),
    noted: z.record(z.string(), z.unknown()).optional(),
  }),
]);

type Entry = z.infer<typeof entrySchema>;

/** The account whose changes the journal records, and its ports. */
export interface JournalOptions {
  readonly target: 'live' | 'sandbox';
  readonly accountSid: string;
  /** True if the command undoes its changes when it ends. */
  readonly temporary?: boolean;
  readonly now: () => number;
  readonly newId: () => string;
}

/** What becomes known about a change after it was recorded. */
export interface ChangeUpdate {
  readonly sid?: string;
  readonly status?: string;
  readonly errorCode?: number;
}

/** The journal of one account. Each call appends one JSON line and flushes it to disk. */
export interface Journal {
  /** Records a change before it is made. */
  intend<D extends ChangeData>(data: D): Change<D>;
  /** Records that the change took place. */
  done<D extends ChangeData>(change: Change<D>, noted?: ChangeUpdate): Change<D>;
  /** Records news about a change without changing its state. */
  note<D extends ChangeData>(change: Change<D>, noted: ChangeUpdate): Change<D>;
  /** Records that the change never took place. */
  abandoned(change: Change): void;
  /** Records that the change was undone. */
  undone(change: Change): void;
  /** Returns the changes of this account, oldest first. */
  changes(): readonly Change[];
  /** Returns the changes of one kind and state, oldest first. */
  find<K extends ChangeKind>(kind: K, state: Change['state']): readonly Change<ChangeDataOf<K>>[];
}

/** Opens the journal for one account. The first entry creates the file. */
export function openJournal(path: string, options: JournalOptions): Journal {
  const { target, accountSid, now, newId } = options;
  const stamp = () => new Date(now()).toISOString();
  const changes = () => readJournal(path).filter((change) => change.accountSid === accountSid);

  function update<D extends ChangeData>(
    change: Change<D>,
    state: Change['state'] | undefined,
    noted?: ChangeUpdate,
  ): Change<D> {
    append(path, { id: change.id, at: stamp(), ...(state && { state }), ...(noted && { noted }) });
    return { ...change, state: state ?? change.state, data: { ...change.data, ...noted } };
  }

  return {
    intend: (data) => {
      const recorded = {
        id: newId(),
        at: stamp(),
        target,
        accountSid,
        state: 'intended' as const,
        ...(options.temporary && { temporary: true }),
      };
      append(path, { ...recorded, deed: data });
      return { ...recorded, data };
    },
    done: (change, noted) => update(change, 'done', noted),
    note: (change, noted) => update(change, undefined, noted),
    abandoned: (change) => void update(change, 'abandoned'),
    undone: (change) => void update(change, 'undone'),
    changes,
    find: (kind, state) =>
      changes().filter(
        (change): change is Change<ChangeDataOf<typeof kind>> =>
          change.data.kind === kind && change.state === state,
      ),
  };
}

/**
 * Returns every change in the journal file, of all accounts, oldest first. Lines that a crash cut short are ignored.
 *
 * @throws RelayPhoneError `needsUser` if the file cannot be read.
 */
export function readJournal(path: string): readonly Change[] {
  const changes = new Map<string, Change>();
  for (const line of (findText(path) ?? '').split('\n')) {
    const read = findEntry(line);
    if (read) addEntry(changes, read);
  }
  return [...changes.values()];
}

/** A file that may not be looked at is not a missing one: undefined only if there is none. */
function findText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (findSystemCode(error) === 'ENOENT') return undefined;
    throw new RelayPhoneError({
      kind: 'needsUser',
      task: 'read the journal of changes',
      reason: `${path} cannot be read (${findSystemCode(error) ?? String(error)})`,
      tryNext: ['give yourself read permission', '--state-dir PATH with another folder'],
      cause: error,
    });
  }
}

function addEntry(changes: Map<string, Change>, read: Entry): void {
  const known = changes.get(read.id);
  if ('deed' in read) {
    const { deed, ...rest } = read;
    changes.set(read.id, { ...rest, data: deed });
  } else if (known) {
    const merged = changeDataSchema.parse({ ...known.data, ...read.noted });
    changes.set(read.id, { ...known, state: read.state ?? known.state, data: merged });
  }
}

function findEntry(line: string): Entry | undefined {
  if (line === '') return undefined;
  try {
    return entrySchema.parse(JSON.parse(line));
  } catch (error) {
    // A crash or a full disk cut this line short, so the change it announces was never begun.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function append(path: string, line: object): void {
  try {
    const file = openSync(path, 'a', 0o600);
    try {
      // The line break comes first, so that this entry does not join a line that a crash cut short.
      writeFileSync(file, `\n${JSON.stringify(line)}`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new RelayPhoneError({
      kind: 'needsUser',
      task: 'write the journal of changes',
      reason: `${path} cannot be written (${findSystemCode(error) ?? String(error)}), so nothing more was changed`,
      tryNext: [
        'free some space or allow writing, then run it again',
        '--state-dir PATH with another folder',
      ],
      cause: error,
    });
  }
}
