// The example in Deno's runner: deno test --allow-all --no-check
import assert from 'node:assert/strict';
import { OWNER } from '../app.cjs';
import { MASK, start } from '../start.cjs';

Deno.test('forwards a text to the owner', async () => {
  const { sandbox, stop } = await start();
  const forwarded = sandbox.phone(OWNER).nextText();
  await sandbox.phone('+12125550190').text(MASK, 'Hello');
  assert.equal((await forwarded).body, 'Forwarded: Hello');
  assert.deepEqual(sandbox.exposures('+12125550190'), []);
  await stop();
});
