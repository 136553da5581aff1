// Opens databases of older versions.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, it } from 'vitest';
import { openStore } from './database.js';
import { SANDBOX_SCHEMA } from './schema.js';

describe('the database of an older version', () => {
  it('gets the missing tables and keeps its content', () => {
    const folder = mkdtempSync(join(tmpdir(), 'store-'));
    const path = join(folder, 'sandbox.db');
    const old = new Database(path);
    old.exec(`${SANDBOX_SCHEMA[0]} PRAGMA user_version = 1`);
    old.exec(`INSERT INTO messages VALUES
      (1, 'SM1', 'a', 'b', 'Hello', 1, '[]', 'outbound-api', 'delivered', NULL, 0, NULL, 1, 1, 1, NULL)`);
    old.close();

    const upgraded = openStore(path);
    expect(upgraded.query('SELECT sid, body, serviceSid FROM messages').all()).toEqual([
      { sid: 'SM1', body: 'Hello', serviceSid: null },
    ]);
    const tables = 'SELECT type, name FROM sqlite_master ORDER BY name';
    const store = openStore(':memory:');
    expect(upgraded.query(tables).all()).toEqual(store.query(tables).all());
    store.close();
    expect(upgraded.query('PRAGMA user_version').get()).toMatchObject({
      user_version: SANDBOX_SCHEMA.length,
    });
    upgraded.close();
    openStore(path).close();
    rmSync(folder, { recursive: true });
  });
});
