// `relay-phone send-test` through an app: the text, the code and the mask, with the built CLI and the sandbox.
import { beforeEach, describe, expect, it } from 'vitest';
import { errorReportSchema } from '../src/reports.js';
import { APP_TOKEN } from './support/relay-app.js';
import { createSandboxClient } from './support/sandbox-client.js';
import { PHONE, readReport, type SendTestScene, setUpSendTest } from './support/send-test.js';

let scene: SendTestScene;
let { workspace, sandbox, app, main, ask, names } = {} as SendTestScene;
beforeEach(async () => {
  scene = await setUpSendTest();
  ({ workspace, sandbox, app, main, ask, names } = scene);
});

const texts = (phone = PHONE) => sandbox.phone(phone).texts();

describe('send-test through an app', () => {
  it('requests a text to the phone, finds it and follows it', async () => {
    const { code, stdout, stderr } = await ask();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /the app says that it texted \+12025550190\n.*delivered to \+12025550190, which shows: Your/,
    );
    expect(names()).toEqual(['POST realphone']);
    expect(texts()).toHaveLength(2);
  });

  it('prints one JSON document, also for another phone', async () => {
    const ended = await ask('+13015550195', '--json');
    const [shown] = texts('+13015550195');
    expect(readReport(ended)).toMatchObject({
      target: 'sandbox',
      number: '+13015550195',
      app: { origin: app.origin, serve: false },
      text: { sid: shown?.sid, from: main, status: 'delivered', errorCode: null, shown: shown?.body },
      verified: null,
      mask: null,
      error: null,
    });
    expect(ended.stderr).toContain('delivered to +13015550195');
  });

  it('reads the token from a file, standard input or .env', async () => {
    workspace.write('token', `${APP_TOKEN}\n`);
    const run = (args: string[], input?: string) =>
      workspace.run(['send-test', '--app', app.origin, ...args], input === undefined ? {} : { input });
    expect(await run(['+13015550191', '--api-token-file', 'token'])).toMatchObject({ code: 0 });
    expect(await run(['+13015550192', '--api-token-file', '-'], APP_TOKEN)).toMatchObject({ code: 0 });
    workspace.write('.env', `${workspace.read('.env')}RELAY_PHONE_API_TOKEN=${APP_TOKEN}\n`);
    expect(await run(['+13015550193'])).toMatchObject({ code: 0 });
    const status = await workspace.run(['status', '--json', '--verbose']);
    expect(status.stdout).toContain('apiToken');
    expect(status.stdout + status.stderr).not.toContain(APP_TOKEN);
  });

  it('exits with 6 if the text does not arrive, and explains why', async () => {
    sandbox.phone(PHONE).behave({ texts: { undelivered: 30003 } });
    const ended = await ask('--verify', '--json');
    expect(ended.code).toBe(6);
    expect(ended.stderr).toMatch(
      /it is undelivered: the phone cannot be reached.*\(Twilio 30003\)\.\n {2}Try: switch/,
    );
    expect(readReport(ended)).toMatchObject({
      text: { status: 'undelivered', errorCode: 30003, shown: null },
      verified: null,
      error: { kind: 'fault', twilioCode: 30003, exitCode: 6 },
    });
    expect(names()).toEqual(['POST realphone']);
  });

  it('reports a text that Twilio does not have', async () => {
    app.answer(({ body }) => ({ status: 201, body: { number: body.number ?? '' } }));
    const ended = await ask('--json');
    expect(ended.code).toBe(6);
    expect(ended.stderr).toMatch(
      /the sandbox has no new text with a code to that phone\.\n {2}Try: compare TWILIO_ACC/,
    );
    expect(readReport(ended)).toMatchObject({ text: null, error: { kind: 'fault' } });
  });

  it('explains a pending code and a verified phone', async () => {
    await ask();
    const pending = await ask('--json');
    expect(pending.code).toBe(3);
    expect(errorReportSchema.parse(JSON.parse(pending.stdout)).error.tryNext[0]).toContain(
      '--verify --code NNNNNN',
    );
    app.verify(PHONE);
    expect(await ask()).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('is already verified in the app'),
    });
    expect(texts()).toHaveLength(2);
  });
});

describe('send-test --verify', () => {
  it('reads the code from the sandbox phone and submits it', async () => {
    const ended = await ask('--verify', '--json');
    expect([ended.code, readReport(ended).verified]).toEqual([0, 'now']);
    expect(names()).toEqual(['POST realphone', 'POST realphone']);
    const again = await ask('--verify', '--json');
    expect([again.code, readReport(again)]).toMatchObject([0, { verified: 'before', text: null }]);
  });

  it('continues with a pending code, read from the phone or given', async () => {
    await ask();
    expect(readReport(await ask('--verify', '--json'))).toMatchObject({ verified: 'now', text: null });
    const other = '+13015550195';
    await ask(other);
    const wrong = await ask(other, '--code', app.codeOf(other) === '123456' ? '654321' : '123456');
    expect(wrong).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('the app does not know this code'),
    });
    expect(await ask(other, '--code', app.codeOf(other) ?? '')).toMatchObject({ code: 0 });
  });

  it('rejects a malformed code before it sends anything', async () => {
    expect(await ask('--code', '12x')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('six digits'),
    });
    expect(names()).toEqual([]);
  });
});

describe('send-test --mask', () => {
  it('requires --yes before it sends anything', async () => {
    const ended = await ask('--mask');
    expect(ended).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('relay-phone send-test --mask --yes'),
    });
    expect(names()).toEqual([]);
  });

  it('buys the first suggestion and shows its price, and keeps the mask on the next run', async () => {
    const ended = await ask('--mask', '--yes', '--json');
    const mask = app.mask();
    expect(ended.stderr).toContain(`have the app buy ${mask} as the mask (1.15 USD a month)`);
    expect(readReport(ended)).toMatchObject({
      verified: 'now',
      mask: { phoneNumber: mask, outcome: 'taken', monthly: { amount: '1.15', currency: 'USD' } },
      error: null,
    });
    const again = await ask('--mask', '--yes', '--json');
    expect(readReport(again)).toMatchObject({
      verified: 'before',
      mask: { phoneNumber: mask, outcome: 'kept' },
    });
  });

  it('reports a number that was bought although the app failed, and requests no other', async () => {
    app.verify(PHONE);
    app.answer(async ({ name, body }) => {
      if (name !== 'POST relaynumber') return undefined;
      await createSandboxClient(scene.sandbox).incomingPhoneNumbers.create({
        phoneNumber: body.number ?? '',
      });
      return { status: 500, body: '<title>ValueError at /api/v1/relaynumber/</title>' };
    });
    const ended = await ask('--mask', '--yes', '--json');
    expect(ended.code).toBe(6);
    expect(ended.stderr).toMatch(
      /ValueError at .* But \+1\d{10} was bought at Twilio, and costs money every month/,
    );
    expect(names().filter((name) => name === 'POST relaynumber')).toHaveLength(1);
  });

  it('checks for the mask after an unclear answer', async () => {
    app.verify(PHONE);
    app.answer(({ name, body }) => {
      if (name === 'POST relaynumber') return 'hang';
      const [taken] = app.asked.filter((one) => one.name === 'POST relaynumber');
      return name === 'GET relaynumber'
        ? { status: 200, body: [{ number: taken?.body.number ?? body.number }] }
        : undefined;
    });
    const ended = await ask('--mask', '--yes', '--json', '--timeout', '5');
    expect([ended.code, readReport(ended).mask?.outcome]).toEqual([0, 'taken']);
  });
});
