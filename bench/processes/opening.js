// Creates one sandbox, fills it a little, resets it, and tells how long the first and the last took, in milliseconds.
import { createSandbox } from '../../dist/index.js';
import { post } from './post.js';

const start = performance.now();
const sandbox = await createSandbox();
const opened = performance.now() - start;

await post(sandbox, 'IncomingPhoneNumbers', { PhoneNumber: '+12025550100' });
for (let index = 0; index < 100; index += 1) {
  await post(sandbox, 'Messages', { From: '+12025550100', To: '+12125550190', Body: 'Hello' });
}
const before = performance.now();
sandbox.reset();
process.send?.({ opened, reset: performance.now() - before });
