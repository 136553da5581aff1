// Where records of a user are kept, and that a stranger's text never becomes a path.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { isWindows } from '../test/support/skips.js';
import { findConfigurationFolder, openUserRecords } from './user-records.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'relay-phone-records-'));
  return () => rmSync(home, { recursive: true, force: true });
});

describe('the configuration folder', () => {
  it.each<[NodeJS.Platform, Record<string, string>, string | undefined]>([
    ['linux', { HOME: '/home/you' }, '/home/you/.config'],
    ['linux', { HOME: '/home/you', XDG_CONFIG_HOME: '/x' }, '/x'],
    ['linux', { HOME: '/home/you', XDG_CONFIG_HOME: 'x' }, '/home/you/.config'],
    ['linux', { HOME: '', XDG_CONFIG_HOME: '' }, undefined],
    ['linux', { HOME: 'here' }, undefined],
    ['linux', { APPDATA: '/appdata' }, undefined],
    ['darwin', { HOME: '/Users/you' }, '/Users/you/Library/Application Support'],
    ['darwin', { HOME: '/Users/you', XDG_CONFIG_HOME: '/x' }, '/x'],
    ['win32', { APPDATA: '/appdata', HOME: '/home/you' }, '/appdata'],
    ['win32', { HOME: '/home/you' }, undefined],
  ])('on %s with %j is %s', (platform, environment, folder) => {
    expect(findConfigurationFolder(environment, platform)?.replaceAll('\\', '/')).toBe(folder);
  });
});

describe('records', () => {
  const ID = 'a'.repeat(32);

  it('are found again, one file each, readable by their owner only', () => {
    const records = openUserRecords({ XDG_CONFIG_HOME: home }, 'state-folders');
    expect(records.find(ID)).toBeUndefined();
    expect(records.save(ID, { path: '/a' })).toBe(true);
    expect(records.save('b'.repeat(64), { path: '/b' })).toBe(true);
    expect([records.find(ID), records.find('b'.repeat(64))]).toEqual([{ path: '/a' }, { path: '/b' }]);
    const folder = join(home, 'relay-phone', 'state-folders');
    expect(readdirSync(folder)).toHaveLength(2);
    if (!isWindows) expect(statSync(join(folder, `${ID}.json`)).mode & 0o777).toBe(0o600);
    expect(openUserRecords({ XDG_CONFIG_HOME: home }, 'checkouts').find(ID)).toBeUndefined();
  });

  it('are missing if the folder cannot be written, or a record cannot be read', () => {
    writeFileSync(join(home, 'file'), '');
    for (const environment of [{}, { XDG_CONFIG_HOME: join(home, 'file') }, { HOME: join(home, 'file') }]) {
      const records = openUserRecords(environment, 'state-folders');
      expect([records.save(ID, {}), records.find(ID)]).toEqual([false, undefined]);
    }
    const folder = join(home, 'relay-phone', 'state-folders');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${ID}.json`), '{ half');
    expect(openUserRecords({ XDG_CONFIG_HOME: home }, 'state-folders').find(ID)).toBeUndefined();
  });

  it('have no other names than ids: any other text reads and writes nothing', () => {
    const records = openUserRecords({ XDG_CONFIG_HOME: home }, 'state-folders');
    records.save(ID, {});
    writeFileSync(join(home, 'secret.json'), '{}');
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('../../secret', '..', `../state-folders/${ID}`, `${ID}\0`, `${ID}\n`),
    );
    fc.assert(
      fc.property(
        text.filter((id) => !/^[0-9a-f]{32,64}$/.test(id) || id.endsWith('\n')),
        (id) => {
          expect([records.find(id), records.save(id, {})]).toEqual([undefined, false]);
        },
      ),
    );
    expect(readdirSync(join(home, 'relay-phone', 'state-folders'))).toEqual([`${ID}.json`]);
  });
});
