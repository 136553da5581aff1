// What is recorded of REST requests: who sent them, and what became of them.
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { createTwilioClient } from '../../twilio/client.js';
import { createSandbox, type Sandbox } from '../create.js';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
});

const lastRequest = () => sandbox.events({ kind: 'request.in' }).at(-1);

it('tells requests of relay-phone itself from those of an app', async () => {
  await createSandboxClient(sandbox).messages.list();
  expect(lastRequest()).toMatchObject({ isOwn: false });
  const { origin, accountSid } = sandbox;
  const target = { kind: 'sandbox', origin, accountSid } as const;
  await (await createTwilioClient(sandbox, { target })).account.messages.list({ limit: 1 });
  expect(lastRequest()).toMatchObject({ isOwn: true });
  await (await createTwilioClient(sandbox, { target, isApp: true })).account.messages.list({ limit: 1 });
  expect(lastRequest()).toMatchObject({ isOwn: false });
});

it('emits an event for an injected fault, before the answer or instead of it', async () => {
  const client = createSandboxClient(sandbox);
  const fault = sandbox.fail({ path: 'Messages', times: 1, answer: { status: 503 } });
  await expect(client.messages.list()).rejects.toMatchObject({ status: 503 });
  const [hit, answered] = sandbox.events();
  expect(hit).toMatchObject({
    kind: 'fault.hit',
    faultId: fault.id,
    when: 'before',
    answer: 503,
    method: 'GET',
  });
  expect(answered).toMatchObject({ kind: 'request.in', status: 503, traceId: hit?.traceId });
  const dropping = sandbox.fail({ path: 'Messages', times: 1, answer: 'drop' });
  await expect(client.messages.list()).rejects.toThrow();
  expect(sandbox.events().at(-1)).toMatchObject({ kind: 'fault.hit', faultId: dropping.id, answer: 'drop' });
  await client.incomingPhoneNumbers.create({ phoneNumber: '+12025550100' });
  sandbox.fail({ method: 'POST', when: 'after', answer: { status: 500 } });
  const text = { from: '+12025550100', to: '+12125550190', body: 'Hello' };
  await expect(client.messages.create(text)).rejects.toMatchObject({ status: 500 });
  const sent = sandbox.events({ kind: 'request.in' }).at(-1);
  expect(sent).toMatchObject({ status: 201 });
  expect(sandbox.events({ kind: 'text.queued' })).toMatchObject([{ cause: sent?.id }]);
  expect(sandbox.events({ kind: 'fault.hit' }).at(-1)).toMatchObject({ when: 'after', cause: sent?.id });
});
