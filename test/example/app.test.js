// The tests of the example app: texts and calls, without an account, money or the internet.
import { once } from 'node:events';
import { createSandbox } from 'relay-phone';
import twilio from 'twilio';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createApp } from './app.js';

const NUMBER = '+12025550100';
const OWNER = '+13015550195';
const FRIEND = '+12125550190';

/** @type {import('relay-phone').Sandbox} */
let sandbox;
/** @type {import('node:http').Server} */
let server;

beforeEach(async () => {
  sandbox = await createSandbox();
  server = createApp(sandbox.authToken).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const origin = `http://127.0.0.1:${port}`;
  sandbox.number(NUMBER, { sms: `${origin}/sms`, voice: `${origin}/voice` });
});

afterEach(async () => {
  await sandbox.close();
  server.close();
});

it('the app answers a text', async () => {
  const friend = sandbox.phone(FRIEND);
  const { webhook, replies } = await friend.text(NUMBER, 'Hello');
  expect(webhook?.status).toBe(200);
  expect(replies).toMatchObject([{ to: FRIEND, body: 'You said: Hello' }]);
});

it('a text of the app reaches its phone', async () => {
  // Twilio's own client; every host of Twilio leads to the sandbox.
  const client = twilio(sandbox.accountSid, sandbox.authToken, { httpClient: sandbox.httpClient });
  const code = sandbox.phone(FRIEND).nextText({ matching: ({ body }) => body.includes('code') });
  await client.messages.create({ from: NUMBER, to: FRIEND, body: 'Your code is 482' });
  expect(await code).toMatchObject({ from: NUMBER, body: 'Your code is 482' });
});

it('the app connects a caller who presses 1, and shows the owner the number that was called', async () => {
  const call = sandbox.phone(FRIEND).call(NUMBER);
  const connected = sandbox.nextEvent((event) => event.kind === 'call.connected');
  call.press('1');
  await connected;
  const [onOwner] = sandbox.phone(OWNER).liveCalls();
  expect(onOwner?.log()).toMatchObject({ state: 'talking', shown: NUMBER });
  onOwner?.say('Hello?');
  onOwner?.hangUp();
  expect(await call.ended).toMatchObject({
    state: 'ended',
    heard: [
      { kind: 'say', content: 'Press 1 to be connected.' },
      { kind: 'words', content: 'Hello?' },
    ],
  });
});

it('the app does not connect a caller who presses another key', async () => {
  const call = sandbox.phone(FRIEND).call(NUMBER);
  call.press('2');
  const { heard } = await call.ended;
  expect(heard.at(-1)?.content).toBe('That is no choice.');
  expect(sandbox.phone(OWNER).calls()).toEqual([]);
});

it('the app rejects a webhook with a forged signature', async () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const answer = await fetch(`http://127.0.0.1:${port}/sms`, {
    method: 'POST',
    headers: { 'X-Twilio-Signature': 'forged' },
    body: new URLSearchParams({ Body: 'Hello' }),
  });
  expect(answer.status).toBe(403);
});
