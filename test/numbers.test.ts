// `numbers` and `numbers release`, and the costs that `status` and `undo` name: live, with a sandbox in place of Twilio.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { numbersReleaseReportSchema, numbersReportSchema, statusReportSchema } from '../src/reports.js';
import { createSandbox } from '../src/sandbox/create.js';
import type { Sandbox } from '../src/sandbox/sandbox.js';
import { findPort } from './support/find-port.js';
import { hasTerminals, KEY, startOnTerminal } from './support/pseudo-terminal.js';
import { startServer } from './support/sandbox-child.js';
import { createSandboxClient } from './support/sandbox-client.js';
import { NO_TERMINALS } from './support/skips.js';
import { createTwilioEdge, type TwilioEdge } from './support/twilio-edge.js';
import { createWorkspace, type Ended, type Workspace } from './support/workspace.js';

const SID = `AC${'1a'.repeat(16)}`;
const TOKEN = '0123456789abcdef0123456789abcdef';
const INIT = ['init', '--yes', '--buy', '--public-url', 'https://relay.example.com'];
const REAL = ['--real-number', '+13015550195'];

let workspace: Workspace;
let sandbox: Sandbox;
let edge: TwilioEdge;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  sandbox = await createSandbox({ account: { sid: SID, authToken: TOKEN } });
  onTestFinished(sandbox.close);
  edge = await createTwilioEdge(sandbox.origin);
  onTestFinished(edge.close);
  client = createSandboxClient(sandbox);
});

function run(...args: string[]): Promise<Ended> {
  const environment = { ...edge.environment, TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: TOKEN };
  return workspace.run(args, { environment });
}

const setting = (name: string) => new RegExp(`^${name}=(\\S+)`, 'm').exec(workspace.read('.env'))?.[1] ?? '';

/** Buys numbers as another program does, which relay-phone knows nothing of. */
async function buy(
  count: number,
  fields: { smsApplicationSid?: string; voiceApplicationSid?: string; smsUrl?: string; voiceUrl?: string },
): Promise<string[]> {
  const offers = await client.availablePhoneNumbers('US').local.list({ limit: count });
  for (const { phoneNumber } of offers) await client.incomingPhoneNumbers.create({ phoneNumber, ...fields });
  return offers.map(({ phoneNumber }) => phoneNumber);
}

async function owned(): Promise<string[]> {
  return (await client.incomingPhoneNumbers.list()).map(({ phoneNumber }) => phoneNumber).sort();
}

async function listNumbers(): Promise<ReturnType<typeof numbersReportSchema.parse>> {
  const { code, stdout, stderr } = await run('numbers', '--json', '--show-numbers');
  expect(code, stderr).toBe(0);
  return numbersReportSchema.parse(JSON.parse(stdout));
}

describe('an account with a main number, four masks that the app bought, and a number of somebody else', () => {
  let main: string;
  let app: string;
  let other: string;
  beforeEach(async () => {
    await run(...INIT, ...REAL);
    [main, app] = [setting('TWILIO_MAIN_NUMBER'), setting('TWILIO_SMS_APPLICATION_SID')];
    await buy(4, { smsApplicationSid: app, voiceApplicationSid: app });
    [other = ''] = await buy(1, { smsUrl: 'https://me:hidden@shop.example.com/sms' });
  });

  it('is listed with uses, routes and prices, and the sum', async () => {
    const { numbers, monthlyCost, target } = await listNumbers();
    expect([target, monthlyCost]).toEqual(['live', { amount: '6.90', currency: 'USD' }]);
    expect(numbers.map(({ use, ours }) => `${use} ${ours}`).sort()).toEqual([
      'main true',
      ...Array(4).fill('mask false'),
      'other false',
    ]);
    expect(numbers.find(({ phoneNumber }) => phoneNumber === main)?.use).toBe('main');
    expect(numbers.find(({ use }) => use === 'mask')?.texts).toEqual({
      app: { sid: app, friendlyName: 'relay.example.com Relay' },
      url: 'https://relay.example.com/api/v1/inbound_sms',
    });
    expect(numbers.find(({ phoneNumber }) => phoneNumber === other)).toMatchObject({
      texts: { app: null, url: 'https://…@shop.example.com/sms' },
      calls: { app: null, url: null },
      monthly: { amount: '1.15' },
    });
  });

  it('is shown for people with shortened numbers and no password', async () => {
    const { stdout } = await run('numbers');
    expect(stdout.match(/^\+1…\d{4} {2}mask that the app bought \(1\.15 USD a month\)$/gm)).toHaveLength(4);
    expect(stdout).toMatch(/^\+1…\d{4} {2}main number \(1\.15 USD a month\)$/m);
    expect(stdout).toContain('texts: https://…@shop.example.com/sms');
    expect(stdout).toContain('Together: 6 numbers, 5 not ours, 6.90 USD a month.');
    expect(stdout).not.toMatch(/\+1\d{10}|hidden/);
    expect((await run('numbers', '--show-numbers')).stdout).toContain(`${main}  main number`);
  });

  it('costs in status what all its numbers cost, with the count of those that are not ours', async () => {
    const { stdout } = await run('status', '--json');
    expect(statusReportSchema.parse(JSON.parse(stdout))).toMatchObject({
      monthlyCost: { amount: '6.90', currency: 'USD' },
      numbers: { count: 6, notOurs: 5, unpriced: 0 },
    });
    expect((await run('status')).stdout).toContain(
      'costs        6.90 USD a month for 6 numbers, 5 not ours: relay-phone numbers lists them',
    );
  });

  it('keeps the numbers that relay-phone did not buy, and undo --release-number names each', async () => {
    const { stdout } = await run('undo', '--yes', '--release-number');
    expect(stdout).toContain(`released ${main}`);
    const left = await owned();
    expect(left).toHaveLength(5);
    for (const number of left)
      expect(stdout).toContain(`${number} (1.15 USD a month) stays: relay-phone did not buy it`);
  });
});

describe('a number', () => {
  it('that sends for a Messaging Service is listed with it', async () => {
    const [number = ''] = await buy(1, {});
    const service = await client.messaging.v1.services.create({ friendlyName: 'Letters' });
    const [{ sid = '' } = {}] = await client.incomingPhoneNumbers.list({ phoneNumber: number });
    await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: sid });
    expect((await listNumbers()).numbers).toMatchObject([
      { phoneNumber: number, service: { sid: service.sid, friendlyName: 'Letters' } },
    ]);
    expect((await run('numbers')).stdout).toContain(
      `sender of the Messaging Service "Letters" (${service.sid})`,
    );
  });

  it('without a price, and one whose service is not known, are said to be so', async () => {
    await buy(1, {});
    sandbox.fail({ path: 'PhoneNumbers/Countries', answer: { status: 404 } });
    sandbox.fail({ path: '/v1/Services', answer: { status: 403, code: 20003 } });
    const { numbers, monthlyCost, warnings } = await listNumbers();
    expect([numbers[0]?.monthly, monthlyCost]).toEqual([null, null]);
    expect(warnings).toEqual([expect.stringContaining('send for a Messaging Service is not known')]);
    expect((await run('numbers')).stdout).toContain(
      'Together: 1 number, 1 not ours, 1 without a known price.',
    );
    expect((await run('status')).stdout).toContain('costs        unknown for 1 number, 1 not ours');
  });

  it('that the TwiML app of another program answers is not ours', async () => {
    const elsewhere = await client.applications.create({
      friendlyName: 'shop',
      smsUrl: 'https://shop.example.com/a',
      voiceUrl: 'https://shop.example.com/b',
    });
    await buy(1, { smsApplicationSid: elsewhere.sid, voiceApplicationSid: elsewhere.sid });
    expect((await listNumbers()).numbers).toMatchObject([
      { use: 'other', ours: false, texts: { app: { friendlyName: 'shop' } } },
    ]);
    const { stdout } = await run('numbers');
    expect(stdout).toContain('texts: TwiML app "shop" (https://shop.example.com/a)');
    expect(stdout).toContain('calls: TwiML app "shop" (https://shop.example.com/b)');
  });
});

it('of an account without numbers says so', async () => {
  expect((await run('numbers')).stdout).toBe('The account has no number.\n');
  expect((await run('status')).stdout).not.toContain('costs');
});

describe('a mask of serve', () => {
  it('is listed with its owner, while serve runs and afterwards', async () => {
    const port = await findPort();
    const base = `http://127.0.0.1:${port}`;
    await workspace.run(['init', '--sandbox', '--yes', '--public-url', base]);
    const args = ['serve', '--yes', '--port', String(port), '--real-number', '+13015550195'];
    const { child } = await startServer(workspace, args, /relay is at (\S+)/);
    const look = async () => {
      const { stdout } = await workspace.run(['numbers', '--json', '--show-numbers']);
      return numbersReportSchema.parse(JSON.parse(stdout));
    };
    const running = await look();
    await child.end('SIGINT');
    for (const { numbers, warnings } of [running, await look()]) {
      expect(warnings).toEqual([]);
      expect(numbers).toMatchObject([{ use: 'main', maskOf: '+13015550195', ours: true }]);
    }
    expect((await workspace.run(['numbers'])).stdout).toMatch(/main number, and mask of \+1…0195 /);
  });
});

describe('numbers release', () => {
  const release = (number: string, ...flags: string[]) => run('numbers', 'release', number, ...flags);

  it('shows what the number is for, and keeps it without consent', async () => {
    const [number = ''] = await buy(1, { smsUrl: 'https://shop.example.com/sms' });
    const { code, stdout, stderr } = await release(number);
    expect(code).toBe(3);
    expect(stdout).toContain(`release ${number}  not ours (1.15 USD a month)`);
    expect(stdout).toContain('texts: https://shop.example.com/sms');
    expect(stderr).toContain('it needs your consent');
    expect(stderr).toContain(`relay-phone numbers release ${number} --yes`);
    expect(await owned()).toEqual([number]);
  });

  it('releases the number with --yes, once, and says so the second time', async () => {
    const [number = '', kept = ''] = await buy(2, {});
    const first = await release(number, '--yes', '--json', '--show-numbers');
    expect(first.code, first.stderr).toBe(0);
    expect(numbersReleaseReportSchema.parse(JSON.parse(first.stdout))).toMatchObject({
      outcome: 'released',
      number: { phoneNumber: number, use: 'other' },
    });
    expect(await owned()).toEqual([kept]);
    const again = await release(number, '--yes');
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('was released before')]);
    expect(await owned()).toEqual([kept]);
    expect(await run('undo', '--yes')).toMatchObject({ code: 0, stdout: 'There is nothing to undo.\n' });
  });

  it('releases it again if the account bought it again since', async () => {
    const [number = ''] = await buy(1, {});
    await release(number, '--yes');
    await client.incomingPhoneNumbers.create({ phoneNumber: number });
    expect((await release(number, '--yes')).stdout).toContain(`✓ released ${number}`);
    expect(await owned()).toEqual([]);
  });

  it('keeps the main number unless --even-main is given; undo and init then know that it is gone', async () => {
    await run(...INIT, ...REAL);
    const main = setting('TWILIO_MAIN_NUMBER');
    const refused = await release(main, '--yes');
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('it is the main number');
    expect(refused.stderr).toContain(`relay-phone numbers release ${main} --even-main`);
    expect(await owned()).toEqual([main]);
    const released = await release(main, '--yes', '--even-main');
    expect([released.code, released.stdout]).toEqual([
      0,
      expect.stringContaining('relay-phone init replaces it'),
    ]);
    expect(await owned()).toEqual([]);
    const { stdout } = await run('undo', '--yes', '--release-number');
    expect(stdout).not.toContain(main);
  });

  it('refuses a number that the account does not own, and one that is not in full', async () => {
    const unknown = await release('+12025550123', '--yes');
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining(`the account ${SID} does not own it`),
    ]);
    const part = await release('+1…0123', '--yes');
    expect([part.code, part.stderr]).toEqual([2, expect.stringContaining('E.164')]);
  });

  it('keeps a number that was connected elsewhere while the question was open', async () => {
    const [number = ''] = await buy(1, {});
    const [{ sid = '' } = {}] = await client.incomingPhoneNumbers.list();
    await edge.close();
    // The first fetch of the number by its SID is the comparison before the release.
    edge = await createTwilioEdge(sandbox.origin, {
      alter: (path, body) =>
        path.includes(sid)
          ? body.replace(/"sms_url": ?"[^"]*"/, '"sms_url":"https://new.example.com/sms"')
          : body,
    });
    const { code, stderr } = await release(number, '--yes');
    expect([code, stderr]).toEqual([3, expect.stringContaining('its smsUrl changed since it was shown')]);
    expect(await owned()).toEqual([number]);
  });
});

describe('numbers release on a terminal', () => {
  it('asks, keeps the number after Enter, and releases it after y', async ({ skip }) => {
    skip(!hasTerminals, NO_TERMINALS);
    await workspace.run(['init', '--sandbox', '--yes']);
    const main = setting('TWILIO_MAIN_NUMBER');
    const answer = async (keys: string) => {
      const terminal = startOnTerminal(['numbers', 'release', main, '--even-main'], { cwd: workspace.path });
      await terminal.waitFor(`Release ${main} for good?`);
      terminal.type(keys);
      return terminal.ended;
    };
    const list = async () => (await workspace.run(['numbers'])).stdout;
    expect(await answer(KEY.enter)).toBe(3);
    expect(await list()).toContain('Together: 1 number');
    expect(await answer(`y${KEY.enter}`)).toBe(0);
    expect(await list()).toContain('The account has no number.');
  });
});

describe('numbers release, if Twilio', () => {
  const DELETE = { method: 'DELETE', path: 'IncomingPhoneNumbers' } as const;
  const release = (number: string) => run('numbers', 'release', number, '--yes');
  const quick = { headers: { 'Retry-After': '0' } };

  it.each([
    ['limits the rate for a moment', { ...DELETE, times: 2, answer: { status: 429, ...quick } }],
    ['fails once without an effect', { ...DELETE, times: 1, answer: { status: 500, ...quick } }],
    [
      'releases it and answers 500',
      { ...DELETE, when: 'after', times: 1, answer: { status: 500, ...quick } },
    ],
    ['releases it and always answers 500', { ...DELETE, when: 'after', answer: { status: 500, ...quick } }],
    ['drops the connection before', { ...DELETE, times: 1, answer: 'drop' }],
    ['releases it and drops the answer', { ...DELETE, when: 'after', times: 1, answer: 'drop' }],
  ] as const)('%s, releases the number', async (_title, fault) => {
    const [number = '', kept = ''] = await buy(2, {});
    sandbox.fail(fault);
    const { code, stdout, stderr } = await release(number);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`released ${number}`);
    expect(await owned()).toEqual([kept]);
  });

  it.each([
    ['keeps limiting the rate', { status: 429, ...quick }, /limits the rate of requests \(HTTP 429/],
    ['keeps failing', { status: 500, ...quick }, /failed to answer \(HTTP 500/],
    ['refuses', { status: 400, code: 21404, message: 'In use' }, /\(Twilio 21404\)/],
  ] as const)('%s, keeps the number, and releases it when it is run again', async (_title, answer, why) => {
    const [number = ''] = await buy(1, {});
    const fault = sandbox.fail({ ...DELETE, answer });
    const { code, stderr } = await release(number);
    expect([code, stderr]).toEqual([4, expect.stringMatching(why)]);
    expect(await owned()).toEqual([number]);
    fault.remove();
    expect((await release(number)).code).toBe(0);
    expect(await owned()).toEqual([]);
  });

  it('releases it and then answers nothing, finds that out with the next run', async () => {
    const [number = ''] = await buy(1, {});
    const faults = [
      sandbox.fail({ path: 'IncomingPhoneNumbers/PN', skip: 1, answer: { status: 503, ...quick } }),
      sandbox.fail({ ...DELETE, when: 'after', times: 1, answer: { status: 503, ...quick } }),
    ];
    const { code } = await release(number);
    expect(code).toBe(4);
    for (const fault of faults) fault.remove();
    const again = await release(number);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('was released before')]);
    expect(await owned()).toEqual([]);
  });

  it('does not list the Messaging Services, keeps the number: what depends on it is not known', async () => {
    const [number = ''] = await buy(1, {});
    sandbox.fail({ path: '/v1/Services', answer: { status: 500, ...quick } });
    const { code, stderr } = await release(number);
    expect([code, stderr]).toEqual([4, expect.stringContaining('list the Messaging Services')]);
    expect(await owned()).toEqual([number]);
  });
});
