// The list of what was asked for that the sandbox lacks: what asked for it, and when.
import { expect, it, onTestFinished } from 'vitest';
import { createSandboxClient } from '../../../../test/support/sandbox-client.js';
import { startApp, twiml } from '../../../../test/support/webhook-app.js';
import { createControlClient } from '../../control/client.js';
import { createSandbox } from '../../create.js';

const NUMBER = '+12025550100';
const PHONE = '+12125550190';

async function open() {
  const sandbox = await createSandbox({ onUnsupported: () => undefined });
  const app = await startApp(sandbox.authToken);
  onTestFinished(async () => {
    await sandbox.close();
    await app.close();
  });
  const client = createSandboxClient(sandbox);
  await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER, voiceUrl: `${app.origin}/voice` });
  const askForConversation = () => client.conversations.v1.conversations.create({}).catch(() => undefined);
  return { sandbox, app, client, askForConversation };
}

it('names the request that asked for a missing product, and its trace', async () => {
  const { sandbox, askForConversation } = await open();
  expect(sandbox.unsupported()).toEqual([]);
  await askForConversation();
  const [event] = sandbox.events({ kind: 'unsupported' });
  expect(sandbox.unsupported()).toEqual([
    {
      what: 'api',
      name: 'Conversations',
      host: 'conversations.twilio.com',
      askedIn: 'request',
      method: 'POST',
      url: '/v1/Conversations',
      traceId: event?.traceId,
      eventId: event?.id,
    },
  ]);
});

it('names the webhook whose TwiML has verbs that are missing, for each of several', async () => {
  const { sandbox, app } = await open();
  app.answer(() => twiml('<Response><Connect/><Start/><Oops/><Hangup/></Response>'));
  const call = sandbox.phone(PHONE).call(NUMBER);
  await call.ended;
  const asked = { askedIn: 'twiml', method: 'POST', url: `${app.origin}/voice` };
  expect(sandbox.unsupported()).toMatchObject([
    { name: '<Connect>', ...asked },
    { name: '<Start>', ...asked },
  ]);
});

it('names the request that brought the TwiML of a call', async () => {
  const { sandbox, client } = await open();
  const twiml = '<Response><Connect/></Response>';
  const ended = sandbox.nextEvent((event) => event.kind === 'call.status' && event.status === 'completed');
  await client.calls.create({ from: NUMBER, to: PHONE, twiml });
  await ended;
  expect(sandbox.unsupported()).toMatchObject([
    {
      name: '<Connect>',
      askedIn: 'twiml',
      method: 'POST',
      url: expect.stringMatching(/\/Calls\.json$/),
    },
  ]);
});

it('lists each thing once with its latest use, also after a reset, and what came after an event', async () => {
  const { sandbox, client, askForConversation } = await open();
  await askForConversation();
  await client.verify.v2.services.list().catch(() => undefined);
  const since = sandbox.events().at(-1)?.id ?? 0;
  sandbox.reset();
  await askForConversation();
  expect(sandbox.unsupported().map(({ name }) => name)).toEqual(['Verify', 'Conversations']);
  expect(await createControlClient(sandbox).unsupported({ since })).toEqual([
    expect.objectContaining({ name: 'Conversations', url: '/v1/Conversations' }),
  ]);
});
