// The journal of changes: each change is recorded before it is made, so that a crash loses none.
import { closeSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { findSystemCode, RelayPhoneError } from '../errors.js';
import { adviseOwner, describeOwner } from '../machine-fault.js';
import {
  type Change,
  type ChangeData,
  type ChangeDataOf,
  type ChangeKind,
  changeDataSchema,
  changeState,
  isOfNoAccount,
} from './changes.js';

/** A line of the file with a recorded change. `deed` is the name of the data on disk. */
const recordedSchema = z.object({
  id: z.string(),
  at: z.string(),
  target: z.enum(['live', 'sandbox']),
  accountSid: z.string(),
  state: z.literal('intended'),
  temporary: z.boolean().optional(),
  deed: changeDataSchema,
});

/** A line of the file with news about a change. */
const newsSchema = z.strictObject({
  id: z.string(),
  at: z.string(),
  state: changeState.optional(),
  noted: z.record(z.string(), z.unknown()).optional(),
});

const entrySchema = z.union([recordedSchema, newsSchema]);

/** The name of the file in the state folder. */
export const JOURNAL = 'journal.jsonl';

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
  readonly database?: string;
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
  /** Returns the changes of this account and those of no account, oldest first. */
  changes(): readonly Change[];
  /** Returns how many lines cannot be read; a change of this account may have been in them. */
  unreadableLines(): number;
  /** Returns the changes of one kind and state, oldest first. */
  find<K extends ChangeKind>(kind: K, state: Change['state']): readonly Change<ChangeDataOf<K>>[];
}

/** Opens the journal for one account. The first entry creates the file. */
export function openJournal(path: string, options: JournalOptions): Journal {
  const { target, accountSid, now, newId } = options;
  const stamp = () => new Date(now()).toISOString();
  const isOurs = (change: Change) => change.accountSid === accountSid || isOfNoAccount(change.data);
  const changes = () => readJournal(path).changes.filter(isOurs);

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
    unreadableLines: () => readJournal(path).unreadableLines,
    find: (kind, state) =>
      changes().filter(
        (change): change is Change<ChangeDataOf<typeof kind>> =>
          change.data.kind === kind && change.state === state,
      ),
  };
}

/** What a journal file holds. */
export interface JournalContent {
  /** Every change, of all accounts, oldest first. */
  readonly changes: readonly Change[];
  /** How many lines cannot be read: a crash or a full disk cut them short, or the file is damaged. */
  readonly unreadableLines: number;
}

/**
 * Reads a journal file; a missing one is empty.
 *
 * @throws RelayPhoneError `needsUser` if the file cannot be read.
 */
export function readJournal(path: string): JournalContent {
  const changes = new Map<string, Change>();
  const orphans = new Set<string>();
  let broken = 0;
  for (const line of (findText(path) ?? '').split('\n')) {
    if (line === '') continue;
    const outcome = addLine(changes, line);
    if (outcome === 'broken') broken += 1;
    else if (outcome !== undefined) orphans.add(outcome.orphan);
  }
  // News without a change is usually about one whose line is broken, and is then counted already.
  return { changes: [...changes.values()], unreadableLines: Math.max(broken, orphans.size) };
}

/** Returns the sentence for people about lines that cannot be read; undefined if all can. */
export function describeUnreadableLines(path: string, count: number): string | undefined {
  if (count === 0) return undefined;
  const lines = count === 1 ? '1 line' : `${count} lines`;
  return `${lines} of ${path} cannot be read: undo does not know what is in ${count === 1 ? 'it' : 'them'}, which may be a number that costs money every month`;
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
      reason: `${path} cannot be read (${findSystemCode(error) ?? String(error)})${describeOwner(path)}`,
      tryNext: [
        ...adviseOwner(path),
        'give yourself read permission',
        '--state-dir PATH with another folder',
      ],
      cause: error,
    });
  }
}

/** @returns what is wrong with the line: it is broken, or has news about a change that is in no line */
function addLine(
  changes: Map<string, Change>,
  line: string,
): undefined | 'broken' | { readonly orphan: string } {
  const entry = entrySchema.safeParse(findJson(line)).data;
  if (!entry) return 'broken';
  if ('deed' in entry) {
    const { deed, ...rest } = entry;
    changes.set(entry.id, { ...rest, data: deed });
    return undefined;
  }
  const known = changes.get(entry.id);
  if (!known) return { orphan: entry.id };
  const merged = changeDataSchema.safeParse({ ...known.data, ...entry.noted }).data;
  if (!merged) return 'broken';
  changes.set(entry.id, { ...known, state: entry.state ?? known.state, data: merged });
  return undefined;
}

function findJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
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
        ...adviseOwner(path),
        'free some space or allow writing, then run it again',
        '--state-dir PATH with another folder',
      ],
      cause: error,
    });
  }
}
