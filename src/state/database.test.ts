// Holds what a database of ours promises about writes.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Store } from './database.js';
import { createTurn } from './turn.js';

let store: Store;

beforeEach(async () => {
  store = openDatabase(':memory:', {
    owner: 'test',
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
