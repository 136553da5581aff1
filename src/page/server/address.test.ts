// The announcement of a served page in a state folder: who is led where, and who is sent the token.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openOwnStateFolder } from '../../../test/support/own-state-folder.js';
import type { StateFolder } from '../../state/folder.js';
import { type AnnouncedPage, announcePage, listPages, obtainPageToken } from './address.js';

const FIRST: AnnouncedPage = { origin: 'http://127.0.0.1:4022', mode: 'sandbox' };
const SECOND: AnnouncedPage = { origin: 'http://127.0.0.1:4023', mode: 'live' };

let folder: StateFolder;
beforeEach(() => {
  const path = mkdtempSync(join(tmpdir(), 'relay-phone-page-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  folder = openOwnStateFolder(join(path, 'state'));
});

describe('a page', () => {
  it('is listed until its announcement is withdrawn', async () => {
    expect(listPages(folder)).toEqual([]);
    const withdraw = await announcePage(folder, 'sandbox', FIRST);
    expect(listPages(folder)).toEqual([FIRST]);
    withdraw();
    expect(listPages(folder)).toEqual([]);
  });

  it('is listed before those that show less', async () => {
    const withdrawn = [
      await announcePage(folder, 'tunnel', SECOND),
      await announcePage(folder, 'sandbox', FIRST),
    ];
    expect(listPages(folder)).toEqual([FIRST, SECOND]);
    for (const withdraw of withdrawn) withdraw();
  });

  it('stays announced while another one of the same command waits, which follows it', async () => {
    const withdraw = await announcePage(folder, 'exec', FIRST);
    const following = announcePage(folder, 'exec', { ...FIRST, origin: SECOND.origin });
    expect(listPages(folder)).toEqual([FIRST]);
    withdraw();
    const withdrawSecond = await following;
    expect(listPages(folder)).toEqual([{ ...FIRST, origin: SECOND.origin }]);
    withdrawSecond();
  });

  it.each([
    ['that a killed process left', JSON.stringify({ ...SECOND, pid: process.pid + 1 })],
    ['of another machine', JSON.stringify({ mode: 'live', origin: 'http://a.example', pid: process.pid })],
    ['of another port than a number', JSON.stringify({ ...SECOND, origin: `${FIRST.origin}@a.example` })],
    ['of an unknown kind', JSON.stringify({ ...SECOND, mode: '\u001b[2J', pid: process.pid })],
    ['that is cut', '{"origin":"http://127.0.0.1:4022"'],
    ['that is no object', 'null'],
  ])('is not listed by a file %s', async (_, content) => {
    const withdraw = await announcePage(folder, 'sandbox', FIRST);
    onTestFinished(withdraw);
    writeFileSync(folder.file('page-of-sandbox.json'), content);
    expect(listPages(folder)).toEqual([]);
  });
});

it('the token is the same after a restart, and only its owner can read it', () => {
  const token = obtainPageToken(folder);
  expect(token).toMatch(/^[0-9a-f]{40}$/);
  expect(obtainPageToken(folder)).toBe(token);
  if (process.platform !== 'win32') expect(statSync(folder.file('page-token')).mode & 0o777).toBe(0o600);
});
