// Creates one sandbox, fills it a little, resets it, and tells how long the first and the last took, in milliseconds.
import { createSandbox } from '../../dist/index.js';

const start = performance.now();
const sandbox = await createSandbox();
const opened = performance.now() - start;

const { origin, accountSid, authToken } = sandbox;
const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;

/** @param {string} resource @param {Record<string, string>} form */
async function create(resource, form) {
  const body = new URLSearchParams(form);
  const url = `${origin}/2010-04-01/Accounts/${accountSid}/${resource}.json`;
  const { status } = await fetch(url, { method: 'POST', headers: { authorization }, body });
  if (status !== 201) throw new Error(`POST ${resource} gave ${status}`);
}

await create('IncomingPhoneNumbers', { PhoneNumber: '+12025550100' });
for (let index = 0; index < 100; index += 1) {
  await create('Messages', { From: '+12025550100', To: '+12125550190', Body: 'Hello' });
}
const before = performance.now();
sandbox.reset();
process.send?.({ opened, reset: performance.now() - before });
