// `relay-phone conformance --live` against a second sandbox behind TLS, which stands in for an account.
import { once } from 'node:events';
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

/** Each is killed once Twilio has done what it was asked for, and before the answer arrives. */
const KILLS: readonly (readonly [what: string, behaviour: string, asked: RegExp, count: number])[] = [
  ['the first number got its webhooks', 'voice/placed', /^POST .*\/IncomingPhoneNumbers\/PN/, 1],
  ['the second number got its webhooks', 'voice/placed', /^POST .*\/IncomingPhoneNumbers\/PN/, 2],
  ['a TwiML app was created', 'accounts/app-by-name', /^POST .*\/Applications\.json/, 2],
  ['a TwiML app was deleted', 'accounts/app-by-name', /^DELETE .*\/Applications\//, 1],
  ['a Messaging Service was created', 'services/update', /^POST \/v1\/Services$/, 1],
  ['a text was sent', 'texts/sent', /^POST .*\/Messages\.json/, 1],
  ['a call was placed', 'voice/placed', /^POST .*\/Calls\.json/, 1],
  ['a phone opted out', 'opt-outs/stop', /^POST .*\/Messages\.json/, 2],
];

it.each(KILLS)('cleans up after a kill -9 when %s', async (_what, behaviour, asked, count) => {
  let left = count;
  let kill: () => void = () => undefined;
  const { workspace, client, environment, options, run, urls } = await setUpLive({
    edit: ({ method, path }, answer) => {
      if (asked.test(`${method} ${path}`)) left -= 1;
      if (left !== 0) return answer;
      kill();
      return { ...answer, delayMs: 500 };
    },
  });
  const args = ['conformance', '--live', '--yes', ...options, '--only', behaviour];
  const child = workspace.start(args, { environment });
  const exited = once(child, 'exit');
  kill = () => {
    left = -1;
    child.kill('SIGKILL');
  };
  expect((await exited)[1]).toBe('SIGKILL');
  // The next run does it, and so does undo.
  const ended =
    count === 1
      ? await workspace.run(['undo', '--live', '--yes'], { environment })
      : await run('--yes', '--only', 'lookups/v1-plus');
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(await urls()).toEqual([OWN_URL, OWN_URL]);
  expect(await client.applications.list()).toEqual([]);
  expect(await client.messaging.v1.services.list()).toEqual([]);
  for (const direction of [
    { from: A, to: B },
    { from: B, to: A },
  ])
    for (const { body } of await client.messages.list(direction)) expect(body).not.toContain('Hello');
  // One that was ringing is over; how each side of it ended depends on how far it had come.
  const isGoingOn = (status: string) => ['queued', 'initiated', 'ringing', 'in-progress'].includes(status);
  const statuses = async () => (await client.calls.list()).map(({ status }) => status);
  await expect.poll(async () => (await statuses()).filter(isGoingOn)).toEqual([]);
  // Nobody is opted out any more.
  await client.messages.create({ from: A, to: B, body: 'Hi' });
});

it('restores the numbers even if something cannot be removed, and says what is left', async () => {
  const { run, urls } = await setUpLive({
    answer: ({ method, path }) =>
      method === 'DELETE' && path.includes('/Applications/')
        ? { status: 403, body: JSON.stringify({ code: 20008, message: 'No.', status: 403 }) }
        : undefined,
  });
  const ended = await run('--yes', '--only', 'accounts/app-by-name', '--only', 'texts/sent');
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stdout).toContain('could not remove the TwiML app');
  expect(ended.stdout).toContain('relay-phone undo, or the next run, tries again');
  expect(await urls()).toEqual([OWN_URL, OWN_URL]);
});

it('does not take the text of a stranger for one of its own, and records none of it', async () => {
  const stranger = '+13105550100';
  let sent = false;
  const { workspace, account, run } = await setUpLive({
    edit: ({ method, path }, answer) => {
      if (method === 'POST' && path.endsWith('/Messages.json') && !sent) {
        sent = true;
        void account.phone(stranger).text(B, 'My secret words');
      }
      return { ...answer, delayMs: sent ? 300 : 0 };
    },
  });
  const ended = await run('--yes', '--only', 'texts/inbound-webhook', '--capture', 'twilio.json');
  expect(ended, ended.stdout).toMatchObject({ code: 0 });
  expect(ended.stdout).toContain('1 agree, 0 differ');
  // The answer that is held back takes 300 ms or a little more.
  const capture = workspace.read('twilio.json').replaceAll(/"(?:atMs|tookMs)": \d+/g, '');
  expect(capture).not.toMatch(/secret words|310/);
});

it('says which options count only with --live', async () => {
  const { workspace } = await setUpLive();
  const ended = await workspace.run([
    'conformance',
    '--only',
    'paging/size-0',
    '--budget',
    '2',
    '--number',
    A,
  ]);
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stdout).toContain('ignored: --budget counts only with --live');
  expect(ended.stdout).toContain('ignored: --number counts only with --live');
});
