// Writes to a database: turns, transactions, batches, and what a failure rolls back.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Store } from './database.js';
import { createInserter } from './inserter.js';
import { createTurn } from './turn.js';

let store: Store;

beforeEach(async () => {
  store = openDatabase(':memory:', {
    owner: 'test',
    content: 'its rows',
    steps: ['CREATE TABLE phones (number TEXT PRIMARY KEY);'],
  });
});
afterEach(() => store.close());

const put = (number: string) => store.query('INSERT INTO phones (number) VALUES (?)').run(number);
const numbers = () =>
  store
    .query<{ number: string }>('SELECT number FROM phones')
    .all()
    .map((row) => row.number);

describe('the store', () => {
  it('shows a write at once and commits it at the end of the turn', async () => {
    expect(store.kept()).toBeUndefined();
    put('a');
    put('b');
    expect(numbers()).toEqual(['a', 'b']);
    await store.kept();
    expect(store.kept()).toBeUndefined();
  });

  it('rolls back a transaction that throws, and nothing else of its turn', async () => {
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

describe('work that caches what it writes', () => {
  it('is rolled back with its whole turn if it throws', async () => {
    let lost = 0;
    store.onLost(() => {
      lost += 1;
    });
    put('a');
    const kept = store.kept();
    expect(() =>
      store.inTurn(() => {
        put('b');
        put('a');
      }),
    ).toThrow(/UNIQUE/);
    await expect(kept).rejects.toThrow(/UNIQUE/);
    expect([numbers(), lost, store.kept()]).toEqual([[], 1, undefined]);
  });

  it('runs once at the end of the turn', async () => {
    const work = () => put('last');
    store.atEnd(work);
    store.atEnd(work);
    expect(numbers()).toEqual([]);
    await store.kept();
    expect(numbers()).toEqual(['last']);
  });

  it('loses its turn if it throws at the end', async () => {
    put('a');
    store.atEnd(() => put('a'));
    await expect(store.kept()).rejects.toThrow(/UNIQUE/);
    expect(numbers()).toEqual([]);
  });
});

describe('a batch of inserted rows', () => {
  it.each([0, 1, 2, 7, 16, 45])('stores all %d rows in their order', async (count) => {
    const rows = createInserter(store, 'phones', ['number']);
    const wanted = Array.from({ length: count }, (_, index) => String(index).padStart(3, '0'));
    for (const number of wanted) rows.add([number]);
    await store.kept();
    expect(numbers()).toEqual(wanted);
    rows.add(['flushed']);
    rows.flush();
    expect(numbers()).toContain('flushed');
  });
});

describe('a turn', () => {
  it('reports that it could not be committed, and the next one works', async () => {
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
