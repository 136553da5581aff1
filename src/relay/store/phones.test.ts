// Tests the phones table, also in a database from before it existed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../state/database.js';
import { createMasks } from './masks.js';
import { createPhoneTable } from './phones.js';
import { RELAY_SCHEMA } from './schema.js';

const [REAL, OTHER, MASK] = ['+13015550195', '+12125550190', '+12025550123'] as const;
const ALLOWANCE = { texts: 1, seconds: 1, cycleMs: 1 };

it('makes each owner of an older database a verified phone with the same id', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relay-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const database = join(folder, 'relay.db');
  const before = openDatabase(database, {
    owner: 'relay',
    content: 'its rows',
    steps: RELAY_SCHEMA.slice(0, 2),
  });
  before.query('INSERT INTO owners (id, realNumber, createdAt) VALUES (7, ?, 1000)').run(REAL);
  before.close();
  const store = openDatabase(database, { owner: 'relay', content: 'its rows', steps: RELAY_SCHEMA });
  onTestFinished(store.close);
  const phones = createPhoneTable(store, () => 2000);
  expect(phones.list()).toEqual([{ id: 7, number: REAL, code: '', sentAt: null, verifiedAt: 1000 }]);
  expect(phones.isPending({ id: 7, number: REAL, code: '', sentAt: null, verifiedAt: null })).toBe(false);
});

it('verifies a phone when it gets a mask, and keeps a phone that was verified before', () => {
  const store = openDatabase(':memory:', { owner: 'relay', content: 'its rows', steps: RELAY_SCHEMA });
  onTestFinished(store.close);
  const [phones, masks] = [createPhoneTable(store, () => 2000), createMasks(store, ALLOWANCE, () => 2000)];
  const { id } = phones.verify(phones.add(REAL, '123456'));
  expect(masks.add(MASK, REAL)).toMatchObject({ number: MASK, realNumber: REAL });
  masks.add('+12025550124', OTHER);
  expect(phones.list()).toMatchObject([
    { id, number: REAL, code: '123456', verifiedAt: 2000 },
    { number: OTHER, code: '', verifiedAt: 2000 },
  ]);
  expect(phones.findVerified()).toMatchObject({ number: REAL });
});
