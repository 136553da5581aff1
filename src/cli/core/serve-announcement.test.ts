// Finding a running `serve`.
import { statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorkspace, type Workspace } from '../../../test/support/workspace.js';
import { openStateFolder, type StateFolder } from '../../state/folder.js';
import { announceRelay, findRelay } from './serve-announcement.js';

let workspace: Workspace;
let folder: StateFolder;
beforeEach(() => {
  workspace = createWorkspace();
  folder = openStateFolder(workspace.file('state'));
});
afterEach(() => workspace.remove());

it('finds serve while it runs, by a file that only its user can read', async () => {
  expect(findRelay(folder)).toBeUndefined();
  const leave = await announceRelay(folder, 'http://127.0.0.1:8000');
  expect([findRelay(folder), findRelay(folder)]).toEqual(Array(2).fill('http://127.0.0.1:8000'));
  expect(statSync(folder.file('relay-origin')).mode & 0o077).toBe(0);
  leave();
  expect(findRelay(folder)).toBeUndefined();
  expect(workspace.list()).not.toContain('state/relay-origin');
});

it('ignores a file without a lock, such as one that a killed serve left', () => {
  writeFileSync(folder.file('relay-origin'), 'http://127.0.0.1:8000');
  expect(findRelay(folder)).toBeUndefined();
});
