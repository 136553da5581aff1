// A turn that cannot be kept: everybody who waits for it is told, and nothing else happens.
import { expect, it } from 'vitest';
import { createTurn } from './turn.js';

it('tells those who wait, also when the database has rolled back by itself', async () => {
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
