// Finding a running `serve`.
import { statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorkspace, type Workspace } from '../../../../test/support/workspace.js';
import { openStateFolder, type StateFolder } from '../../../state/folder.js';
import { announceRelay, findRelay } from './announcement.js';

let workspace: Workspace;
let folder: StateFolder;
beforeEach(() => {
  workspace = createWorkspace();
  folder = openStateFolder(workspace.file('state'));
});
afterEach(() => workspace.remove());

it('finds serve while it runs, by a file that only its user can read', async () => {
  expect(findRelay(folder)).toBeUndefined();
  const leave = await announceRelay(folder, { host: '127.0.0.1', port: 8000 });
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

it.each([
  ['0.0.0.0', 'http://127.0.0.1:8000'],
  ['::', 'http://127.0.0.1:8000'],
  ['::1', 'http://[::1]:8000'],
  ['localhost', 'http://localhost:8000'],
])('gives the origin of a serve that listens on %s as %s', async (host, origin) => {
  const leave = await announceRelay(folder, { host, port: 8000 });
  expect(findRelay(folder)).toBe(origin);
  leave();
});
