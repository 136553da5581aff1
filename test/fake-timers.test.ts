// A sandbox works under the fake timers of every test runner: what it waits for is real.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { mock } from 'node:test';
import { withGlobal } from '@sinonjs/fake-timers';
import twilio from 'twilio';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSandbox, type SandboxEvent } from '../src/index.js';
import { DEADLINE } from './support/deadline.js';
import { startApp, twiml } from './support/webhook-app.js';

const NUMBER = '+12025550100';
const PHONE = '+12125550190';
const YEAR_2030 = Date.UTC(2030, 0, 1);

/** Each installs fake timers, and returns the function that removes them. */
const FAKES: Readonly<Record<string, () => () => void>> = {
  vitest: () => {
    vi.useFakeTimers({ now: YEAR_2030 });
    return () => void vi.useRealTimers();
  },
  // Node.js itself needs process.nextTick, and fetch needs queueMicrotask.
  sinon: () => {
    const clock = withGlobal(globalThis).install({
      now: YEAR_2030,
      toNotFake: ['nextTick', 'queueMicrotask'],
    });
    return () => clock.uninstall();
  },
  // Jest fakes everything that its tests see. Its process.nextTick is a copy that Node.js does not use.
  Jest: () => {
    const clock = withGlobal(globalThis).install({ now: YEAR_2030, toNotFake: ['nextTick'] });
    return () => clock.uninstall();
  },
  'node:test': () => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'], now: YEAR_2030 });
    return () => mock.timers.reset();
  },
};

let remove: (() => void) | undefined;
afterEach(() => remove?.());

it('a sandbox is not created under fake timers that stop Node.js itself', async () => {
  const clock = withGlobal(globalThis).install();
  remove = () => clock.uninstall();
  await expect(createSandbox()).rejects.toThrow('process.nextTick is faked');
});

describe.each(Object.keys(FAKES))('under the fake timers of %s', (name) => {
  it('a sandbox carries texts and calls, waits, and closes', async () => {
    remove = FAKES[name]?.();
    expect(Date.now()).toBe(YEAR_2030);
    const before = performance.now();
    const sandbox = await createSandbox();
    const app = await startApp(sandbox.authToken);
    onTestFinished(() => app.close());
    app.answer(({ path }) =>
      twiml(
        path === '/sms'
          ? '<Response><Message>Hi!</Message></Response>'
          : '<Response><Say>Hello</Say><Pause length="1"/></Response>',
      ),
    );
    sandbox.number(NUMBER, { sms: `${app.origin}/sms`, voice: `${app.origin}/voice` });
    const phone = sandbox.phone(PHONE);

    const { replies, traceId } = await phone.text(NUMBER, 'Hello');
    expect(replies).toMatchObject([{ body: 'Hi!' }]);
    await sandbox.whenQuiet(traceId, { timeout: DEADLINE });

    const httpClient = sandbox.httpClient;
    const client = twilio(sandbox.accountSid, sandbox.authToken, { httpClient });
    const code = phone.nextText({ matching: ({ body }) => body.includes('123'), timeout: DEADLINE });
    const statusCallback = `${app.origin}/status`;
    const isAnswered = (event: SandboxEvent) => event.kind === 'webhook.sent' && event.status === 200;
    const answered = sandbox.nextEvent(isAnswered, { timeout: DEADLINE });
    const sent = await client.messages.create({ from: NUMBER, to: PHONE, body: 'Code 123', statusCallback });
    expect((await code).body).toBe('Code 123');
    await answered;
    const { dateCreated } = await client.messages(sent.sid).fetch();
    expect(dateCreated.getFullYear()).toBeLessThan(2030);

    const call = phone.call(NUMBER);
    expect(await call.ended).toMatchObject({ state: 'ended', heard: [{ kind: 'say', content: 'Hello' }] });

    const never = sandbox.nextEvent((event) => event.kind === 'opt-out', { timeout: 20 });
    await expect(never).rejects.toThrow('there was none within 0.02 s');

    const stop = sandbox.intercept();
    const asked = get('https://api.twilio.com/2010-04-01/Accounts.json');
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(401);
    stop();
    expect(await sandbox.environment()).toHaveProperty('TWILIO_ACCOUNT_SID', sandbox.accountSid);
    await sandbox.close();
    expect(Date.now()).toBe(YEAR_2030);
    if (name !== 'node:test') expect(performance.now() - before).toBeLessThanOrEqual(0);
  });

  it('a sandbox takes the faked time if it is asked to', async () => {
    remove = FAKES[name]?.();
    const sandbox = await createSandbox({ now: () => Date.now() });
    onTestFinished(() => sandbox.close());
    expect(sandbox.clock.now()).toBe(YEAR_2030);
    const manual = await createSandbox({ clock: 'manual', now: () => Date.now() });
    onTestFinished(() => manual.close());
    await manual.clock.advance('5m');
    expect(manual.clock.now()).toBe(YEAR_2030 + 300_000);
  });
});
