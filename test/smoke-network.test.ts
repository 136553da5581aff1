// Tests `smoke` on a bad network: login pages, certificates, proxies, repeated requests, and its time limit.
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { smokeReportSchema } from '../src/reports.js';
import { DEADLINE } from './support/deadline.js';
import { setSmokeScene, TEST, testPair } from './support/smoke/scene.js';
import type { EdgeAnswer, TwilioEdgeOptions } from './support/twilio-edge.js';

const DAY = 86_400_000;
const fromNow = (days: number) => new Date(Date.now() + days * DAY);
const page = (status: number, headers: Readonly<Record<string, string>> = {}): EdgeAnswer => ({
  status,
  headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers },
  body: '<html><title>Welcome to our Wi-Fi</title></html>',
});

describe('smoke without a clear way to Twilio', () => {
  it.each<[string, TwilioEdgeOptions, RegExp]>([
    [
      'a login page',
      { answer: () => page(200) },
      /\(HTTP 200, text\/html\) is not from Twilio: is there a login page/,
    ],
    [
      'a redirect to one',
      { answer: () => page(302, { Location: 'https://wifi.example/' }) },
      /\(HTTP 302, text\/html\) is not from Twilio: is there a login page/,
    ],
    [
      'the certificate of another host',
      { certificate: { name: 'wifi.example' } },
      /certificate of another host/,
    ],
    [
      'an expired certificate',
      { certificate: { from: fromNow(-30), until: fromNow(-9) } },
      /expired certificate \(is the clock right/,
    ],
    [
      'a certificate that is not valid yet',
      { certificate: { from: fromNow(9), until: fromNow(30) } },
      /not valid yet \(is the clock right/,
    ],
    ['a dropped connection', { answer: () => 'drop' }, /dropped the connection, tried 3 times/],
    ['a Twilio that is down', { answer: () => page(503) }, /failed to answer \(HTTP 503\)/],
    [
      'a Twilio that limits requests',
      { answer: () => ({ status: 429, body: '{"status":429,"code":20429,"message":"Too Many Requests"}' }) },
      /limits the rate of requests \(HTTP 429, Twilio 20429\)/,
    ],
  ])('fails test-credentials, and skips the checks that need it: %s', async (_name, edge, what) => {
    const { smoke } = await setSmokeScene(edge);
    const { code, report, faults } = await smoke(['--only', 'test-credentials', '--only', 'text-accepted']);
    expect([code, faults]).toEqual([6, ['test-credentials']]);
    expect(report.checks[0]?.findings).toMatchObject([
      { id: 'could-not-look', what: expect.stringMatching(what) },
    ]);
    expect(report.checks[1]).toMatchObject({ state: 'skipped', waitsFor: 'test-credentials' });
  });

  it.each([
    ['expired', { from: fromNow(-30), until: fromNow(-9) }],
    ['not valid yet', { from: fromNow(9), until: fromNow(30) }],
  ])('fails clock if a certificate is %s', async (_name, certificate) => {
    const { smoke } = await setSmokeScene({ certificate });
    const { report } = await smoke(['--only', 'clock']);
    expect(report.checks[0]?.findings[0]?.what).toContain(
      'a certificate on the way to Twilio is out of date',
    );
  });

  it('names a certificate that this machine does not trust', async () => {
    const { smoke } = await setSmokeScene();
    const { code, report } = await smoke(['--only', 'test-credentials'], {
      ...testPair(TEST),
      NODE_EXTRA_CA_CERTS: '',
    });
    expect(code).toBe(6);
    expect(report.checks[0]?.findings[0]?.what).toContain('a certificate this machine does not trust');
  });

  it('names a proxy that refuses the connection', async () => {
    const { smoke } = await setSmokeScene();
    const { code, report } = await smoke(['--only', 'test-credentials'], {
      ...testPair(TEST),
      HTTPS_PROXY: 'http://127.0.0.1:9',
    });
    expect(code).toBe(6);
    expect(report.checks[0]?.findings[0]?.what).toContain('the proxy 127.0.0.1:9 refused the connection');
  });

  it('fails only the checks whose requests Twilio answers with 500', async () => {
    const { smoke } = await setSmokeScene({
      answer: ({ method, path }) => (method === 'POST' && path.includes('/Calls') ? page(500) : undefined),
    });
    const { code, faults, report } = await smoke(['--only', 'account']);
    expect(code).toBe(6);
    expect(faults).toEqual(report.checks.filter(({ id }) => id.startsWith('call-')).map(({ id }) => id));
  });
});

describe('smoke, if a request to Twilio fails', () => {
  it('repeats a request that had no effect, and reports that', async () => {
    const seen: string[] = [];
    const { smoke } = await setSmokeScene({
      answer: ({ form }) => {
        if (!form.Body) return undefined;
        seen.push(`${form.From} ${form.To}`);
        return seen.length === 1 ? { status: 429, body: '{"status":429,"code":20429}' } : undefined;
      },
    });
    const { code, report } = await smoke(['--only', 'text-accepted']);
    expect([code, seen.length]).toEqual([0, 2]);
    expect(report.checks.at(-1)?.notes).toEqual([
      expect.stringMatching(/^Twilio answered HTTP 429; asking again in 1 s$/),
    ]);
  });

  it.each(['drop', 'hang'] as const)(
    'does not send a text again after an unclear answer: %s',
    async (how) => {
      let count = 0;
      const { smoke } = await setSmokeScene({
        answer: ({ form }) => {
          if (!form.Body) return undefined;
          count += 1;
          return how;
        },
      });
      const { code, faults } = await smoke(['--only', 'text-accepted', '--timeout', '5']);
      expect([code, faults, count]).toEqual([6, ['text-accepted'], 1]);
    },
  );

  it('does not repeat the request to the full queue, whose 429 is expected', async () => {
    const { smoke, sandbox } = await setSmokeScene();
    expect((await smoke(['--only', 'text-from-full-21611'])).code).toBe(0);
    expect(sandbox.requests().filter(({ status }) => status === 429)).toHaveLength(1);
  });
});

describe('--timeout', () => {
  /** Fails if a run does not end. How soon it ends depends on the machine. */
  const ending = async <T>(work: Promise<T>): Promise<T> => {
    const late = new Promise<never>((_resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('it does not end')), DEADLINE);
      onTestFinished(() => clearTimeout(timer));
    });
    return Promise.race([work, late]);
  };

  it('ends every check that hangs at Twilio or at the app', async () => {
    const { smoke, app } = await setSmokeScene({
      answer: ({ method }) => (method === 'POST' ? 'hang' : undefined),
    });
    app.answer(() => 'hang');
    const run = smoke(['--app', app.origin, '--timeout', '2']);
    const { code, faults, report } = await ending(run);
    expect(code).toBe(6);
    expect(faults.length).toBeGreaterThan(20);
    expect(faults).toContain('app-up');
    const whats = report.checks.flatMap(({ findings }) => findings.map(({ what }) => what));
    expect(whats.filter((what) => !/longer than 2 s|no answer within 2 s/.test(what))).toEqual([]);
  });

  it('ends a check whose proxy accepts the connection and never answers', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { smoke } = await setSmokeScene();
    const environment = { ...testPair(TEST), HTTPS_PROXY: `http://127.0.0.1:${port}` };
    const { code, faults } = await ending(smoke(['--test-account', '--timeout', '2'], environment));
    expect([code, faults[0]]).toEqual([6, 'test-credentials']);
  });

  it('ends the story midway', async () => {
    const { workspace } = await setSmokeScene();
    const run = workspace.run(['smoke', '--sandbox', '--json', '--timeout', '0.05']);
    const { code, stdout, stderr } = await ending(run);
    expect([code, stderr]).toEqual([6, expect.not.stringContaining('bug')]);
    const { checks } = smokeReportSchema.parse(JSON.parse(stdout));
    const wrong = checks.filter(({ state }) => state === 'fault');
    expect(wrong.map(({ findings }) => findings[0]?.what)).toEqual([
      expect.stringContaining('it took longer than 0.05 s'),
    ]);
  });

  it('refuses a time limit of 0', async () => {
    const { workspace } = await setSmokeScene();
    const { code, stderr } = await workspace.run(['smoke', '--timeout', '0']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('must be more than 0 seconds')]);
  });
});
