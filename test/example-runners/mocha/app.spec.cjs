// The example in Mocha: npx mocha app.spec.cjs
const assert = require('node:assert/strict');
const { OWNER } = require('../app.cjs');
const { MASK, start } = require('../start.cjs');

let sandbox;
let stop;
beforeEach(async () => {
  ({ sandbox, stop } = await start());
});
afterEach(() => stop());

it('forwards a text to the owner', async () => {
  const forwarded = sandbox.phone(OWNER).nextText();
  await sandbox.phone('+12125550190').text(MASK, 'Hello');
  assert.equal((await forwarded).body, 'Forwarded: Hello');
  assert.deepEqual(sandbox.exposures('+12125550190'), []);
});
