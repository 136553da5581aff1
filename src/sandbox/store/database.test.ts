// Holds what the store promises about writes, and about databases of older versions.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from './database.js';
import { SCHEMA_STEPS } from './schema.js';
import { createTurn } from './turn.js';

let store: Store;

beforeEach(async () => {
  store = openStore(':memory:');
});
afterEach(() => store.close());

const put = (number: string) =>
  store.query('INSERT INTO phones (number, texts) VALUES (?, ?)').run(number, 'silent');
const numbers = () =>
  store
    .query<{ number: string }>('SELECT number FROM phones')
    .all()
    .map((row) => row.number);

describe('the store', () => {
  it('keeps what is written by the end of the turn, and shows it at once', async () => {
    expect(store.kept()).toBeUndefined();
    put('a');
    put('b');
    expect(numbers()).toEqual(['a', 'b']);
    await store.kept();
    expect(store.kept()).toBeUndefined();
  });

  it('undoes a transaction that throws, and nothing else of its turn', async () => {
    put('a');
    const work = () =>
      store.transaction(() => {
        put('b');
        put('a');
      });
    expect(work).toThrow(/UNIQUE/);
    expect(store.transaction(() => put('c'))).toBe(1);
    await store.kept();
    expect(numbers()).toEqual(['a', 'c']);
  });
});

describe('a turn', () => {
  it('says that it could not be kept, and the next one starts afresh', async () => {
    const done: string[] = [];
    let broken = true;
    const commit = () => {
      if (broken) throw new Error('disk full');
      done.push('commit');
    };
    const turn = createTurn(
      () => done.push('begin'),
      commit,
      () => done.push('rollback'),
    );
    turn.onLost(() => done.push('lost'));
    turn.begin();
    turn.begin();
    await expect(turn.kept()).rejects.toThrow('disk full');
    broken = false;
    turn.begin();
    await turn.kept();
    expect(done).toEqual(['begin', 'rollback', 'lost', 'begin', 'commit']);
  });
});

describe('the database of an older relay-phone', () => {
  it('is given the tables it lacks, and keeps what it has', () => {
    const folder = mkdtempSync(join(tmpdir(), 'store-'));
    const path = join(folder, 'world.db');
    const old = new Database(path);
    old.exec(`${SCHEMA_STEPS[0]} PRAGMA user_version = 1`);
    old.exec(`INSERT INTO messages VALUES
      (1, 'SM1', 'a', 'b', 'Hello', 1, '[]', 'outbound-api', 'delivered', NULL, 0, NULL, 1, 1, 1, NULL)`);
    old.close();

    const upgraded = openStore(path);
    expect(upgraded.query('SELECT sid, body, serviceSid FROM messages').all()).toEqual([
      { sid: 'SM1', body: 'Hello', serviceSid: null },
    ]);
    const tables = 'SELECT type, name FROM sqlite_master ORDER BY name';
    expect(upgraded.query(tables).all()).toEqual(store.query(tables).all());
    expect(upgraded.query('PRAGMA user_version').get()).toMatchObject({ user_version: SCHEMA_STEPS.length });
    upgraded.close();
    openStore(path).close();
    rmSync(folder, { recursive: true });
  });
});
