// A relay is found while it runs, and never by a file alone.
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

it('is found while the relay is there, by its owner alone', async () => {
  expect(findRelay(folder)).toBeUndefined();
  const leave = await announceRelay(folder, { host: '127.0.0.1', port: 8000 });
  expect([findRelay(folder), findRelay(folder)]).toEqual(Array(2).fill('http://127.0.0.1:8000'));
  expect(statSync(folder.file('relay-origin')).mode & 0o077).toBe(0);
  leave();
  expect(findRelay(folder)).toBeUndefined();
  expect(workspace.list()).not.toContain('state/relay-origin');
});

it('is not believed of a file alone, such as one that a killed relay left', () => {
  writeFileSync(folder.file('relay-origin'), 'http://127.0.0.1:8000');
  expect(findRelay(folder)).toBeUndefined();
});

it.each([
  ['0.0.0.0', 'http://127.0.0.1:8000'],
  ['::', 'http://127.0.0.1:8000'],
  ['::1', 'http://[::1]:8000'],
  ['localhost', 'http://localhost:8000'],
])('of a relay that listens on %s is %s', async (host, origin) => {
  const leave = await announceRelay(folder, { host, port: 8000 });
  expect(findRelay(folder)).toBe(origin);
  leave();
});
