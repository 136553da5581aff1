// Every kind of URL that an app can give a sandbox: none of them leads to a host that is not allowed.
import type { LookupFunction } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { startApp, twiml } from '../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../create.js';

const NUMBER = '+12025550100';
const PHONE = '+13015550195';
const FRIEND = '+13015550196';
const TOKEN = '0123456789abcdef0123456789abcdef';

/** The names of this test are all this machine. */
const lookup: LookupFunction = (_name, { all }, done) => {
  if (all) done(null, [{ address: '127.0.0.1', family: 4 }]);
  else done(null, '127.0.0.1', 4);
};

interface Stage {
  readonly sandbox: Sandbox;
  readonly client: ReturnType<typeof createSandboxClient>;
  /** At the app, whose host is allowed: it answers `/fails` with 500, `/twiml` with the TwiML of the case, else nothing. */
  readonly good: string;
  /** At another host. */
  readonly evil: string;
}

/** Sets the URLs of the number. */
async function set({ client }: Stage, urls: Readonly<Record<string, string>>): Promise<void> {
  const [number] = await client.incomingPhoneNumbers.list();
  await number?.update(urls);
}

async function text(stage: Stage, urls: Readonly<Record<string, string>>): Promise<void> {
  await set(stage, urls);
  await stage.sandbox.phone(PHONE).text(NUMBER, 'Hello');
}

async function call(stage: Stage, urls: Readonly<Record<string, string>>): Promise<void> {
  await set(stage, urls);
  const talking = stage.sandbox.phone(PHONE).call(NUMBER);
  talking.say('Hello');
  talking.hangUp();
}

const CASES: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  smsUrl: (stage) => text(stage, { smsUrl: stage.evil }),
  smsFallbackUrl: (stage) => text(stage, { smsUrl: `${stage.good}/fails`, smsFallbackUrl: stage.evil }),
  'the smsUrl of a TwiML app': async (stage) => {
    const app = await stage.client.applications.create({ smsUrl: stage.evil });
    await text(stage, { smsApplicationSid: app.sid });
  },
  'the inboundRequestUrl of a Messaging Service': async (stage) => {
    const { client, sandbox, evil } = stage;
    const service = await client.messaging.v1.services.create({ friendlyName: 'S', inboundRequestUrl: evil });
    const [number] = await client.incomingPhoneNumbers.list();
    await client.messaging.v1
      .services(service.sid)
      .phoneNumbers.create({ phoneNumberSid: number?.sid ?? '' });
    await sandbox.phone(PHONE).text(NUMBER, 'Hello');
  },
  'the statusCallback of a text': ({ client, evil }) =>
    client.messages.create({ from: NUMBER, to: PHONE, body: 'Hello', statusCallback: evil }),
  'a mediaUrl': ({ client, evil }) =>
    client.messages.create({ from: NUMBER, to: PHONE, body: 'Look', mediaUrl: [evil] }),
  voiceUrl: (stage) => call(stage, { voiceUrl: stage.evil }),
  voiceFallbackUrl: (stage) => call(stage, { voiceUrl: `${stage.good}/fails`, voiceFallbackUrl: stage.evil }),
  'the statusCallback of a number': (stage) =>
    call(stage, { voiceUrl: `${stage.good}/ok`, statusCallback: stage.evil }),
  'the url of a call': ({ client, evil }) => client.calls.create({ from: NUMBER, to: PHONE, url: evil }),
  'the statusCallback of a call': ({ client, evil }) =>
    client.calls.create({ from: NUMBER, to: PHONE, twiml: '<Response/>', statusCallback: evil }),
};

/** TwiML whose URLs, in the place of EVIL, lead away. */
const TEXT_TWIML = [
  '<Redirect>EVIL</Redirect>',
  '<Message action="EVIL">Hi</Message>',
  '<Message><Body>Hi</Body><Media>EVIL</Media></Message>',
];
const CALL_TWIML = [
  '<Redirect>EVIL</Redirect>',
  '<Gather input="speech" action="EVIL"/>',
  '<Record action="EVIL"/>',
  '<Record recordingStatusCallback="EVIL"/>',
  `<Dial action="EVIL">FRIEND</Dial>`,
  `<Dial record="record-from-answer" recordingStatusCallback="EVIL">FRIEND</Dial>`,
  `<Dial><Number url="EVIL">FRIEND</Number></Dial>`,
  `<Dial><Number statusCallback="EVIL">FRIEND</Number></Dial>`,
  '<Enqueue waitUrl="EVIL">queue</Enqueue>',
  '<Enqueue action="EVIL">queue</Enqueue>',
];

async function open(verbs = ''): Promise<Stage & { readonly wentAway: () => readonly string[] }> {
  const app = await startApp(TOKEN);
  const sandbox = await createSandbox({
    account: { authToken: TOKEN },
    webhooks: { allowedHosts: ['app.example', '127.0.0.1'], lookup },
  });
  onTestFinished(async () => {
    await sandbox.close();
    await app.close();
  });
  const good = `http://app.example:${app.port}`;
  const evil = `http://other.example:${app.port}/evil`;
  app.answer(({ path }) =>
    path === '/fails'
      ? { status: 500 }
      : twiml(
          `<Response>${path === '/twiml' ? verbs.replaceAll('EVIL', evil).replaceAll('FRIEND', FRIEND) : ''}</Response>`,
        ),
  );
  const client = createSandboxClient(sandbox);
  await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER });
  return {
    sandbox,
    client,
    good,
    evil,
    wentAway: () => app.calls.flatMap(({ path }) => (path === '/evil' ? [path] : [])),
  };
}

/** Waits until the sandbox has refused the request to the other host, and checks that it sent none. */
async function verifyRefused({ sandbox, wentAway }: Awaited<ReturnType<typeof open>>): Promise<void> {
  const failures = () =>
    sandbox
      .events()
      .flatMap((event) =>
        event.kind === 'webhook.sent' || event.kind === 'media.fetched' ? [event.failure] : [],
      );
  await expect
    .poll(failures)
    .toContain('HTTP connection failure: other.example is not an allowed host (--allow-host)');
  expect(wentAway()).toEqual([]);
}

it.each(Object.entries(CASES))('%s leads to no host that is not allowed', async (_kind, act) => {
  const stage = await open();
  await act(stage);
  await verifyRefused(stage);
});

it.each(TEXT_TWIML)(
  'no URL in the answer to a text leads to a host that is not allowed: %s',
  async (verbs) => {
    const stage = await open(verbs);
    await text(stage, { smsUrl: `${stage.good}/twiml` });
    await verifyRefused(stage);
  },
);

it.each(CALL_TWIML)(
  'no URL in the answer to a call leads to a host that is not allowed: %s',
  async (verbs) => {
    const stage = await open(verbs);
    await set(stage, { voiceUrl: `${stage.good}/twiml` });
    const { sandbox } = stage;
    const talking = sandbox.phone(PHONE).call(NUMBER);
    talking.say('Hello');
    // Some of the URLs are asked for only when the call ends.
    if (/recordingStatusCallback|<Number statusCallback|<(?:Record|Dial|Enqueue) action/.test(verbs)) {
      const running = verbs.includes('FRIEND') ? FRIEND : PHONE;
      await expect.poll(() => sandbox.phone(running).calls().at(-1)?.state).toBe('talking');
      talking.hangUp();
    }
    await verifyRefused(stage);
  },
);
