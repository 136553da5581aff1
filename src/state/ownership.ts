// Decides whose a state folder is: this user's own records say so, and nothing that is in the folder itself.
import { existsSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import type { UserRecords } from '../user-records.js';
import {
  createStateId,
  findStateId,
  isUnused,
  openStateFolder,
  type StateFolder,
  writeStateId,
} from './folder.js';

/** A record about a folder that this user made or adopted; its name is the folder's id. */
const recordSchema = z.object({
  /** Where the folder was last. It proves nothing: it only shows which of two folders with one id is the copy. */
  path: z.string(),
  /** The git indexes that did not have the folder; see `findFolderTracking`. */
  indexes: z.string().optional(),
});

/** See {@link recordSchema}. */
type FolderRecord = z.infer<typeof recordSchema>;

/** Whose a state folder is. */
export type Ownership =
  /** It does not exist, or holds nothing yet. */
  | { readonly kind: 'unused' }
  | { readonly kind: 'ours'; readonly indexes: string | undefined }
  /** It was made elsewhere, by another user, or by a version without ids. */
  | { readonly kind: 'unknown' }
  /** It has the id of another folder that still exists. */
  | { readonly kind: 'copy'; readonly original: string }
  /** It is ours, but its files belong to another user of the system, as after `sudo`. */
  | { readonly kind: 'other-user'; readonly userId: number };

/** Whose the state folders of this machine are, for one user. */
export interface StateOwnership {
  /** Looks at a folder, and changes nothing. @throws the system's error if the folder cannot be read. */
  examine(path: string): Ownership;
  /** Creates the folder, or opens it. `isKnown` is false if the next run will not know that it is ours. */
  open(path: string): { readonly folder: StateFolder; readonly isKnown: boolean };
  /** Makes the folder ours, with a new id: a stranger may know the old one. */
  adopt(path: string): void;
  /** Makes the folder ours until this process ends. */
  accept(path: string): void;
  /** Remembers where the folder is now, and which git indexes did not have it. */
  note(path: string, indexes: string | undefined): void;
  /** Removes the folder with everything in it, and the record about it. @returns the removed paths */
  remove(path: string): readonly string[];
}

/** The folders that this process made or adopted: where nothing can be recorded, they are ours until it ends. */
const ownPaths = new Set<string>();

/** Opens the ownership of a user's folders. */
export function openStateOwnership(records: UserRecords): StateOwnership {
  function findRecord(id: string | undefined): FolderRecord | undefined {
    const parsed = id === undefined ? undefined : recordSchema.safeParse(records.find(id));
    return parsed?.success ? parsed.data : undefined;
  }

  function examine(path: string): Ownership {
    if (isUnused(path)) return { kind: 'unused' };
    if (ownPaths.has(resolve(path))) return { kind: 'ours', indexes: undefined };
    const id = findStateId(path);
    const record = findRecord(id);
    if (!record) return { kind: 'unknown' };
    const { uid } = statSync(path);
    // Not on Windows, which has no such ids.
    if (process.getuid && process.getuid() !== uid) return { kind: 'other-user', userId: uid };
    if (isElsewhere(record.path, path) && findStateIdAt(record.path) === id)
      return { kind: 'copy', original: record.path };
    return { kind: 'ours', indexes: record.path === resolve(path) ? record.indexes : undefined };
  }

  /** Undefined, too, if it may not be read any more. */
  function findStateIdAt(path: string): string | undefined {
    try {
      return findStateId(path);
    } catch {
      return undefined;
    }
  }

  function remember(id: string, path: string): boolean {
    ownPaths.add(resolve(path));
    return records.save(id, { path: resolve(path) } satisfies FolderRecord);
  }

  return {
    examine,
    open: (path) => {
      let isKnown = true;
      const folder = openStateFolder(path, (id) => {
        isKnown = remember(id, path);
      });
      return { folder, isKnown };
    },
    adopt: (path) => {
      const id = createStateId();
      // Where nothing can be remembered, a program that still runs must find the old one.
      if (remember(id, path) || findStateId(path) === undefined) writeStateId(path, id);
    },
    accept: (path) => void ownPaths.add(resolve(path)),
    note: (path, indexes) => {
      const id = findStateId(path);
      const record = findRecord(id);
      const next = { path: resolve(path), ...(indexes !== undefined && { indexes }) };
      const isSame = record?.path === next.path && record.indexes === indexes;
      // If this cannot be written, git is asked again next time.
      if (id !== undefined && record && !isSame) records.save(id, next);
    },
    remove: (path) => {
      const id = findStateId(path);
      // The record goes last: what is left of the folder, if it cannot be removed, is still ours.
      rmSync(path, { recursive: true });
      ownPaths.delete(resolve(path));
      const record = id === undefined ? undefined : records.remove(id);
      return [path, ...(record === undefined ? [] : [record])];
    },
  };
}

/** True if there are two folders: the same one may have two paths, as in a container. */
function isElsewhere(one: string, other: string): boolean {
  if (one === resolve(other) || !existsSync(one)) return false;
  const [first, second] = [statSync(one, { bigint: true }), statSync(other, { bigint: true })];
  return first.dev !== second.dev || first.ino !== second.ino;
}
