// A turn whose transaction cannot be committed.
import { expect, it } from 'vitest';
import { createTurn } from './turn.js';

it('rejects and reports a failed commit, also if SQLite has already rolled back', async () => {
  const fail = (why: string) => () => {
    throw new Error(why);
  };
  const turn = createTurn(() => undefined, fail('the disk is full'), fail('no transaction is active'));
  let lost = 0;
  turn.onLost(() => {
    lost += 1;
  });
  turn.begin();
  await expect(turn.kept()).rejects.toThrow('the disk is full');
  expect([lost, turn.kept()]).toEqual([1, undefined]);
});
