// Opening a file in the user's browser.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { skipOnWindows } from '../../test/support/skips.js';
import { openInBrowser } from './open-in-browser.js';

beforeEach(skipOnWindows);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-phone-browser-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['linux', 'xdg-open', []],
  ['freebsd', 'xdg-open', []],
  ['darwin', 'open', []],
  ['win32', 'rundll32', ['url.dll,FileProtocolHandler']],
] as const)('on %s, %s opens a file', async (platform, program, args) => {
  const log = join(folder, 'log');
  // Renamed, so that the log is complete as soon as it is there.
  const script = `#!/bin/sh\nprintf '%s\\n' "$@" > '${log}.part'\n/bin/mv '${log}.part' '${log}'\n`;
  writeFileSync(join(folder, program), script, { mode: 0o755 });
  expect(await openInBrowser('/state/login.html', { PATH: folder }, platform)).toBe(true);
  await expect.poll(() => existsSync(log)).toBe(true);
  expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual([...args, '/state/login.html']);
});

it('says if no program can open a file', async () => {
  expect(await openInBrowser('/state/login.html', { PATH: folder }, 'linux')).toBe(false);
});
