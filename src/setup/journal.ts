// The journal of changes: every change is written down before it is made, so that a crash loses nothing.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
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

const entry = z.union([
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

type Entry = z.infer<typeof entry>;

/** Whose changes a journal writes and finds, and its ports. */
export interface JournalOptions {
  readonly target: 'live' | 'sandbox';
  readonly accountSid: string;
  /** Whether what it writes down is to be taken back when the command ends. */
  readonly temporary?: boolean;
  readonly now: () => number;
  readonly newId: () => string;
}

/** What becomes known about a change once it is made. */
export interface ChangeUpdate {
  readonly sid?: string;
  readonly status?: string;
  readonly errorCode?: number;
}

/** The journal, for one account. Entries are JSON lines, flushed to disk one by one. */
export interface Journal {
  /** Writes down what is about to be done. */
  intend<D extends ChangeData>(what: D): Change<D>;
  /** Records that it happened, with what became known by it. */
  done<D extends ChangeData>(change: Change<D>, noted?: ChangeUpdate): Change<D>;
  /** Records something learnt about a change. */
  note<D extends ChangeData>(change: Change<D>, noted: ChangeUpdate): Change<D>;
  /** Records that it never happened. */
  abandoned(change: Change): void;
  /** Records that it was taken back. */
  undone(change: Change): void;
  /** The changes of this account, oldest first. */
  changes(): readonly Change[];
  /** The changes of one kind and state, oldest first. */
  find<K extends ChangeKind>(kind: K, state: Change['state']): readonly Change<ChangeDataOf<K>>[];
}

/**
 * Every change in the journal file, of all accounts, oldest first. A last line cut short by a crash is ignored.
 *
 * @throws RelayPhoneError `needsUser` when it may not be read.
 */
export function readJournal(path: string): readonly Change[] {
  const changes = new Map<string, Change>();
  if (!existsSync(path)) return [];
  for (const line of readText(path).split('\n')) {
    const read = findEntry(line);
    if (read) apply(changes, read);
  }
  return [...changes.values()];
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new RelayPhoneError({
      kind: 'needsUser',
      task: 'read the journal of changes',
      reason: `${path} cannot be read (${findSystemCode(error) ?? String(error)})`,
      tryNext: ['give yourself the right to read it', '--state-dir PATH with another folder'],
      cause: error,
    });
  }
}

/** Opens the journal for one account. The file is made with the first entry. */
export function openJournal(path: string, options: JournalOptions): Journal {
  const { target, accountSid, now, newId } = options;
  const stamp = () => new Date(now()).toISOString();
  const changes = () => readJournal(path).filter((change) => change.accountSid === accountSid);

  function move<D extends ChangeData>(
    change: Change<D>,
    state: Change['state'] | undefined,
    noted?: ChangeUpdate,
  ): Change<D> {
    append(path, { id: change.id, at: stamp(), ...(state && { state }), ...(noted && { noted }) });
    return { ...change, state: state ?? change.state, data: { ...change.data, ...noted } };
  }

  return {
    intend: (what) => {
      const id = newId();
      const change: Change<typeof what> = {
        id,
        at: stamp(),
        target,
        accountSid,
        state: 'intended',
        ...(options.temporary && { temporary: true }),
        data: what,
      };
      const { data, ...rest } = change;
      append(path, { ...rest, deed: data });
      return change;
    },
    done: (change, noted) => move(change, 'done', noted),
    note: (change, noted) => move(change, undefined, noted),
    abandoned: (change) => void move(change, 'abandoned'),
    undone: (change) => void move(change, 'undone'),
    changes,
    find: (kind, state) =>
      changes().filter(
        (change): change is Change<ChangeDataOf<typeof kind>> =>
          change.data.kind === kind && change.state === state,
      ),
  };
}

function apply(changes: Map<string, Change>, read: Entry): void {
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
    return entry.parse(JSON.parse(line));
  } catch (error) {
    // A line that does not parse was cut short by a crash or a full disk, before what it announced was begun.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function append(path: string, line: object): void {
  try {
    const file = openSync(path, 'a', 0o600);
    try {
      // The line end comes first: a line that a crash cut short must not swallow this one.
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
      tryNext: ['make room or give write access, then run it again', '--state-dir PATH with another folder'],
      cause: error,
    });
  }
}
