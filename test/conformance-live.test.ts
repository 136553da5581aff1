// `relay-phone conformance --live` against a second sandbox behind TLS, which stands in for an account.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { captureSchema, conformanceReportSchema } from '../src/reports.js';
import { A, B, OWN_URL, setUpLive } from './support/conformance/live-scene.js';
import { SID, TOKEN } from './support/conformance/stand-in.js';
import type { Ended } from './support/workspace.js';

const report = ({ stdout }: Ended) => conformanceReportSchema.parse(JSON.parse(stdout));
const ONLY = ['accounts/app-life', 'texts/inbound-webhook', 'voice/placed', 'messages/no-recipient'].flatMap(
  (id) => ['--only', id],
);

it('agrees, gives the account back as it was, and writes a capture without anything of the account', async () => {
  const { workspace, client, run, urls } = await setUpLive();
  const ended = await run('--yes', '--json', '--capture', 'twilio.json', ...ONLY);
  expect(ended).toMatchObject({ code: 0 });
  expect(report(ended)).toMatchObject({ comparedWith: 'live', agrees: 4, differs: 0, unseen: 0 });
  expect(report(ended).spent).toMatchObject({ currency: 'USD', budget: '1.00' });
  expect(ended.stdout + ended.stderr).not.toContain(TOKEN);
  const capture = workspace.read('twilio.json');
  for (const own of [SID, TOKEN, A.slice(1), B.slice(1), 'relay.example.com'])
    expect(capture).not.toContain(own);
  expect(captureSchema.parse(JSON.parse(capture)).of).toBe('live');
  expect(await urls()).toEqual([OWN_URL, OWN_URL]);
  expect(await client.applications.list()).toEqual([]);
  expect(await client.messages.list()).toEqual([]);
  const undo = await workspace.run(['undo', '--dry-run', '--live'], {
    environment: { TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: TOKEN },
  });
  expect(undo.stdout).toContain('There is nothing to undo');
});

it('shows plan, webhooks and price, and does nothing without a yes', async () => {
  const { account, run, urls } = await setUpLive();
  const changes = () => account.requests().filter(({ method }) => method !== 'GET').length;
  const before = changes();
  const ended = await run(...ONLY);
  expect(ended.code).toBe(3);
  for (const shown of [
    `${A} now sends texts to ${OWN_URL}`,
    'at most 0.',
    'budget of 1.00 USD',
    'buys nothing',
  ])
    expect(ended.stdout).toContain(shown);
  expect(ended.stderr).toContain('--yes');
  expect(await urls()).toEqual([OWN_URL, OWN_URL]);
  expect(changes()).toBe(before);
});

it('leaves out what the budget does not allow', async () => {
  const { account, run } = await setUpLive();
  const ended = await run(
    '--yes',
    '--json',
    '--budget',
    '0.03',
    '--only',
    'texts/sent',
    '--only',
    'texts/inbound-webhook',
  );
  const { results, unseen, spent } = report(ended);
  expect([unseen, results[1]?.reason]).toEqual([
    1,
    'left out, to stay within the budget of 0.03 USD: at most 0.0249 USD',
  ]);
  expect(Number(spent?.amount)).toBeLessThanOrEqual(0.03);
  expect(account.events().filter(({ kind }) => kind === 'text.queued')).toHaveLength(1);
});

it('reports a text that carriers block as not seen', async () => {
  const { account, run } = await setUpLive();
  account.compliance(A, { a2p: 'unregistered' });
  const ended = await run('--yes', '--json', '--only', 'texts/sent');
  expect(report(ended)).toMatchObject({ differs: 0, unseen: 1 });
  expect(report(ended).results[0]?.reason).toContain('Twilio 30034');
});

it.each([
  ['a number of a Messaging Service', 'belongs to the Messaging Service "Relay"', 3],
  ['a number of somebody else', 'does not own it', 3],
  ['one number alone', 'needs two numbers', 2],
] as const)('refuses %s', async (what, reason, code) => {
  const { workspace, client, environment, options } = await setUpLive();
  if (what === 'a number of a Messaging Service') {
    const { sid } = await client.messaging.v1.services.create({ friendlyName: 'Relay' });
    const [number] = await client.incomingPhoneNumbers.list({ phoneNumber: B });
    await client.messaging.v1.services(sid).phoneNumbers.create({ phoneNumberSid: number?.sid ?? '' });
  }
  const changed = options.map((word) =>
    word === B && what === 'a number of somebody else' ? '+12025550199' : word,
  );
  const args =
    what === 'one number alone'
      ? ['conformance', '--live', '--yes', '--number', A]
      : ['conformance', '--live', '--yes', ...changed];
  const ended = await workspace.run(args, { environment });
  expect(ended).toMatchObject({ code, stderr: expect.stringContaining(reason) });
});

it('gives the numbers back after Ctrl-C', async () => {
  const { workspace, environment, options, urls } = await setUpLive({
    answer: ({ method, path }) => (method === 'POST' && path.endsWith('/Calls.json') ? 'hang' : undefined),
  });
  const args = ['conformance', '--live', '--yes', ...options, '--only', 'voice/placed'];
  const child = workspace.start(args, { environment });
  onTestFinished(() => void child.kill('SIGKILL'));
  await expect.poll(urls).not.toContain(OWN_URL);
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  expect((await exited)[0]).toBe(130);
  expect(await urls()).toEqual([OWN_URL, OWN_URL]);
});

it('cleans up after a run that was killed, in the next run and in undo', async () => {
  for (const next of ['conformance', 'undo'] as const) {
    let hangs = true;
    const { workspace, client, environment, options, run, urls } = await setUpLive({
      answer: ({ method, path }) =>
        hangs && method === 'POST' && path.endsWith('/Calls.json') ? 'hang' : undefined,
    });
    const child = workspace.start(
      [
        'conformance',
        '--live',
        '--yes',
        ...options,
        '--only',
        'voice/placed',
        '--only',
        'accounts/app-by-name',
      ],
      { environment },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    await expect.poll(urls).not.toContain(OWN_URL);
    child.kill('SIGKILL');
    hangs = false;
    await once(child, 'exit');
    // What a kill in the middle of a request leaves: intended, and done at Twilio.
    const change = {
      id: 'x',
      at: new Date().toISOString(),
      target: 'live',
      accountSid: SID,
      state: 'intended',
      temporary: true,
    };
    const deed = { kind: 'trial-created', collection: 'Applications', tag: 'q0123456789ab', numbers: [A, B] };
    await client.applications.create({ friendlyName: 'q0123456789ab' });
    workspace.write(
      '.relay-phone/journal.jsonl',
      `${readFileSync(workspace.file('.relay-phone/journal.jsonl'), 'utf8')}\n${JSON.stringify({ ...change, deed })}`,
    );
    const ended =
      next === 'undo'
        ? await workspace.run(['undo', '--live', '--yes'], { environment })
        : await run('--yes', '--only', 'lookups/v1-plus');
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(await urls()).toEqual([OWN_URL, OWN_URL]);
    expect(await client.applications.list()).toEqual([]);
  }
});
