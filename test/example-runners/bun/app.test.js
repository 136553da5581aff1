// The example in Bun's runner: npx bun test
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { matchers } from 'relay-phone/matchers';
import { OWNER } from '../app.cjs';
import { MASK, start } from '../start.cjs';

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
