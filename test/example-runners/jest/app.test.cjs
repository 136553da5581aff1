// The example in Jest with CommonJS: npx jest
const { matchers } = require('relay-phone/jest');
const { OWNER } = require('../app.cjs');
const { MASK, start } = require('../start.cjs');

expect.extend(matchers);

let sandbox;
let stop;
beforeEach(async () => {
  ({ sandbox, stop } = await start());
});
afterEach(() => stop());

test('forwards a text to the owner', async () => {
  await sandbox.phone('+12125550190').text(MASK, 'Hello');
  await expect(sandbox.phone(OWNER)).toReceiveText('Forwarded: Hello');
  expect(sandbox).toHaveLeakedNothing('+12125550190');
});
