// `doctor --bundle`: a file for a bug report, without the secrets, texts and numbers that the project has.
import { readFileSync, statSync, symlinkSync } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createBundleRedactor } from '../src/cli/commands/doctor/bundle-redactor.js';
import { doctorBundleSchema, doctorReportSchema } from '../src/reports.js';
import { ask, FORM, SMS, startApp, startTunnel, webhook } from './support/gateway.js';
import { isWindows } from './support/skips.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const DOCTOR = ['doctor', '--app', 'http://127.0.0.1:9'];

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
});

const readBundle = () => doctorBundleSchema.parse(JSON.parse(workspace.read('bug.json')));

describe('doctor --bundle', () => {
  it('contains no secret, no text and no full phone number', async () => {
    await workspace.run(['init', '--sandbox', '--yes']);
    const secrets = {
      SECRET_KEY: 'django-hunter22',
      DATABASE_URL: 'postgres://me:pg-hunter22@db.example.com/relay',
      SENTRY_DSN: 'https://0a1b2c3d@sentry.example.com/1',
      DB_PASS: 'db-hunter22',
      ADMIN_PASSWORD: 'admin hunter22',
    };
    const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}\n`);
    workspace.write(
      '.env',
      `${workspace.read('.env')}${lines.join('')}RELAY_PHONE_REAL_NUMBER=+13015550195\n`,
    );
    const app = await startApp((incoming, outgoing) => {
      incoming.resume().on('end', () => {
        outgoing.writeHead(500, { 'Set-Cookie': 'session=cookie-hunter22' });
        outgoing.end('<Response><Message>answer-hunter22</Message></Response>');
      });
    });
    const tunnel = await startTunnel(workspace, app.origin);
    const target = `${SMS}?key=query-hunter22&to=%2B12125550190`;
    const asked = webhook({ target, form: { ...FORM, Body: 'body-hunter22' } });
    await ask(tunnel.origin, {
      ...asked,
      headers: { ...(asked.headers as object), Authorization: 'Basic aHVudGVyMjI=' },
    });
    await ask(tunnel.origin, {
      target: `/calls/+12125550190/${'hunter22'.repeat(4)}/12125550190`,
      method: 'POST',
    });
    const environment = {
      NGROK_AUTHTOKEN: '2hunter22_ngrokngrokngrokngrok1234',
      SHOP_API: 'shop-hunter22',
      RELAY_PHONE_API_TOKEN: 'token-hunter22',
    };
    const { code, stdout, stderr } = await workspace.run([...DOCTOR, '--bundle', 'bug.json'], {
      environment,
    });
    expect(code, stderr).toBe(6);
    expect(stdout).toContain(`Wrote ${workspace.file('bug.json')}. Read it before you attach it`);
    const text = workspace.read('bug.json');
    expect(text).not.toContain('hunter22');
    expect(text).not.toContain('aHVudGVy');
    for (const number of ['2125550190', '3015550195', '2025550100']) expect(text).not.toContain(number);
    expect(text).not.toMatch(/(?<![0-9A-Za-z])[0-9a-f]{32}(?![0-9A-Za-z])/);
    expect(text).not.toContain(workspace.path);
    const [, token = ''] = /^TWILIO_AUTH_TOKEN=(\S+)/m.exec(workspace.read('.env')) ?? [];
    expect(token).toHaveLength(32);
    expect(text).not.toContain(token);
  });

  it('contains what helps: versions, report, settings, changes, and the heads of recorded requests', async () => {
    await workspace.run(['init', '--sandbox', '--yes']);
    const app = await startApp((incoming, outgoing) => {
      incoming.resume().on('end', () => outgoing.writeHead(500).end());
    });
    const tunnel = await startTunnel(workspace, app.origin);
    await ask(tunnel.origin, webhook({ target: `${SMS}?key=1` }));
    await ask(tunnel.origin, { target: '/admin/' });
    const { stdout } = await workspace.run([...DOCTOR, '--json', '--bundle', 'bug.json']);
    const bundle = readBundle();
    expect(bundle.doctor.counts).toEqual(doctorReportSchema.parse(JSON.parse(stdout)).counts);
    expect(bundle.versions.node).toBe(process.version);
    expect(bundle.platform.system).toBe(process.platform);
    expect(bundle.settings.authToken).toEqual({ source: '.env', value: '(hidden)' });
    expect(bundle.settings.mainNumber?.value).toMatch(/^\+1…\d{4}$/);
    expect(bundle.changes.map(({ kind }) => kind)).toContain('number-bought');
    expect(bundle.requests.error).toBe(null);
    expect(bundle.requests.heads).toMatchObject([
      {
        path: SMS,
        queryNames: ['key'],
        from: '+1…0190',
        to: '+1…0100',
        status: 500,
        verdict: expect.stringContaining('valid'),
      },
      { path: '/admin/', refusal: expect.stringContaining('X-Twilio-Signature') },
    ]);
  });

  it('is readable by its owner only, and never overwrites a file or follows a link', async ({ skip }) => {
    skip(isWindows, 'modes and links of POSIX');
    expect((await workspace.run([...DOCTOR, '--bundle', 'bug.json'])).code).toBe(6);
    expect(statSync(workspace.file('bug.json')).mode & 0o777).toBe(0o600);
    const before = workspace.read('bug.json');
    const again = await workspace.run([...DOCTOR, '--bundle', 'bug.json']);
    expect([again.code, again.stderr]).toEqual([3, expect.stringContaining('never overwrites a file')]);
    expect(workspace.read('bug.json')).toBe(before);
    symlinkSync(workspace.file('elsewhere'), workspace.file('link.json'));
    expect((await workspace.run([...DOCTOR, '--bundle', 'link.json'])).code).toBe(3);
    expect(() => readFileSync(workspace.file('elsewhere'))).toThrow('ENOENT');
  });

  it('needs a folder that exists, and says so', async () => {
    const { code, stderr } = await workspace.run([...DOCTOR, '--bundle', 'missing/bug.json']);
    expect([code, stderr]).toEqual([3, expect.stringMatching(/^Failed to write .*missing\/bug\.json/)]);
  });

  it('is written where nothing is set up', async () => {
    await workspace.run([...DOCTOR, '--bundle', 'bug.json']);
    expect(readBundle()).toMatchObject({ settings: {}, changes: [], requests: { heads: [], error: null } });
    expect(workspace.list()).toEqual(['bug.json']);
  });
});

describe('the redactor of the bundle', () => {
  const redact = createBundleRedactor({
    variables: [
      ['MY_TOKEN', 'p/q+r s'],
      ['DEBUG_TOKEN', 'true'],
      ['COLOUR', 'purple'],
    ],
    secrets: ['literal'],
    home: '/home/ann',
  });

  it.each([
    ['+12025550123', '+1…0123'],
    ['call +1 (202) 555-0123 now', 'call +1…0123 now'],
    ['202-555-0123', '…0123'],
    ['(202) 555-0123', '…0123'],
    ['12025550123', '…0123'],
    ['+44 20 7946 0958', '+4…0958'],
    ['From=%2B12025550123', 'From=%2B…0123'],
    ['p/q+r s and p%2Fq%2Br%20s', '(hidden) and (hidden)'],
    ['true purple', 'true purple'],
    ['a literal thing', 'a (hidden) thing'],
    ['/home/ann/relay/.env', '~/relay/.env'],
    ['https://u:p@example.com/x', 'https://…@example.com/x'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer (hidden)'],
    ['0123456789abcdef0123456789abcdef', '(hidden)'],
    ['04ab647b-31dd-4938-ac7c-bdd9d99d6f24', '(hidden)'],
    [`AC${'1a'.repeat(16)}`, `AC${'1a'.repeat(16)}`],
    ['write to ann@example.com today', 'write to (e-mail address) today'],
    ['2026-11-29T11:10:32.000Z', '2026-11-29T11:10:32.000Z'],
    ['port 8000 of 127.0.0.1, HTTP 502', 'port 8000 of 127.0.0.1, HTTP 502'],
    ['env-readers-differ-and-more-words', 'env-readers-differ-and-more-words'],
  ])('turns %s into %s', (text, shown) => {
    expect(redact({ [text]: [text] })).toEqual({ [shown]: [shown] });
  });
});
