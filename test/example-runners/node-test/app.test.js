// The example in Node.js's own runner: node --test
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { OWNER } from '../app.cjs';
import { MASK, start } from '../start.cjs';

let sandbox;
let stop;
beforeEach(async () => {
  ({ sandbox, stop } = await start());
});
afterEach(() => stop());

test('forwards a text to the owner', async () => {
  const forwarded = sandbox.phone(OWNER).nextText();
  await sandbox.phone('+12125550190').text(MASK, 'Hello');
  assert.equal((await forwarded).body, 'Forwarded: Hello');
  assert.deepEqual(sandbox.exposures('+12125550190'), []);
});
