// RELAY_PHONE_DEBUG with the built CLI: each area logs, stdout does not change, and no secret is logged.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { initReportSchema, textReportSchema } from '../src/reports.js';
import { NUMBER, setUpApp } from './support/app-behind-number.js';
import { startServer } from './support/sandbox-child.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const LINE = /^relay-phone\[\d+\] \d\d:\d\d:\d\d\.\d{3} (http|locks|programs|tunnel|webhooks) +(\S.*)$/;
const ALL = { RELAY_PHONE_DEBUG: '1' };
const hasGit = spawnSync('git', ['--version']).status === 0;

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
});

/** Returns the debug log lines in the output of a run, as pairs of area and message. */
function readLog(output: string): [area: string, message: string][] {
  return output.split('\n').flatMap((line): [string, string][] => {
    const [, area, message] = LINE.exec(line) ?? [];
    return area && message ? [[area, message]] : [];
  });
}

function messagesOf(area: string, output: string): string[] {
  return readLog(output).flatMap(([one, message]) => (one === area ? message : []));
}

/** Returns each secret that a run was given or has created. */
function listSecrets(): string[] {
  const kept = readdirSync(workspace.file('.relay-phone')).filter((name) => name.endsWith('-token'));
  const written = /^(?:TWILIO_AUTH_TOKEN|SECRET_KEY)=(.+)$/gm;
  return [
    ...kept.map((name) => readFileSync(join(workspace.file('.relay-phone'), name), 'utf8').trim()),
    ...[...workspace.read('.env').matchAll(written)].map(([, value = '']) =>
      value.replaceAll(/^['"]|['"]$/g, ''),
    ),
  ];
}

function expectNoSecret(output: string): void {
  const secrets = listSecrets();
  expect(secrets.length).toBeGreaterThan(0);
  for (const secret of secrets) expect(output).not.toContain(secret);
}

describe('RELAY_PHONE_DEBUG', () => {
  it('logs the requests, locks and programs of init, and leaves one document on stdout', async ({ skip }) => {
    skip(!hasGit, 'there is no git');
    spawnSync('git', ['init', '--quiet'], { cwd: workspace.path });
    workspace.write('.env', 'SECRET_KEY="words that nobody may see"\n');
    const { code, stdout, stderr } = await workspace.runBuilt(['init', '--sandbox', '--yes', '--json'], {
      environment: ALL,
    });
    expect(code).toBe(0);
    expect(initReportSchema.parse(JSON.parse(stdout))).toMatchObject({ command: 'init' });
    expect(messagesOf('http', stderr)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^send POST http:\/\/127\.0\.0\.1:\d+\/2010-04-01\/Accounts\/AC\w+\/Messages\.json$/,
        ),
        expect.stringMatching(
          /^answered 201 to POST api\.twilio\.com\/2010-04-01\/\S+\/Messages\.json in \d+ ms$/,
        ),
        expect.stringMatching(
          /^got 201 for POST http:\/\/127\.0\.0\.1:\d+\/2010-04-01\/\S+\/Messages\.json in \d+ ms$/,
        ),
      ]),
    );
    expect(messagesOf('locks', stderr)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^took setup of \S+ for init$/),
        expect.stringMatching(/^released setup of \S+$/),
      ]),
    );
    expect(messagesOf('programs', stderr)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^started \S*git .* ls-files --error-unmatch -- \.\/\.env \(process \d+\)$/),
        expect.stringMatching(/^process \d+ ended with 1$/),
      ]),
    );
    expectNoSecret(stderr);
  });

  it('logs a webhook without the token in its URL', async () => {
    const app = await setUpApp(workspace, 'smsUrl', '/sms?token=words-of-ours');
    const args = ['text', '--from', '+12125550190', '--to', NUMBER, 'Hello', '--json'];
    const { code, stdout, stderr } = await workspace.runBuilt(args, {
      environment: { RELAY_PHONE_DEBUG: 'webhooks' },
    });
    expect(code).toBe(0);
    expect(textReportSchema.parse(JSON.parse(stdout)).webhook).toMatchObject({ status: 200 });
    expect(readLog(stderr)).toEqual([
      ['webhooks', `send POST ${app.origin}/sms?token=… (inbound-text)`],
      ['webhooks', expect.stringMatching(/^got 200 for POST \S+\/sms\?token=… \(inbound-text\) in \d+ ms$/)],
    ]);
  });

  it('logs the states of a tunnel, and the start and stop of its app', async () => {
    await workspace.runBuilt(['init', '--sandbox', '--yes']);
    const app = ['--', process.execPath, '-e', 'setInterval(() => undefined, 1000)', 'an-argument-of-ours'];
    const args = ['tunnel', '--sandbox', '--yes', '--port', '0', ...app];
    const { child } = await startServer(workspace, args, /Ctrl-C ends it/, ALL);
    expect(await child.end('SIGTERM')).toBe(130);
    await child.exited;
    expect(messagesOf('tunnel', child.output())).toEqual([
      'connecting',
      expect.stringMatching(/^up at http:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^proven at http:\/\/127\.0\.0\.1:\d+$/),
    ]);
    expect(messagesOf('programs', child.output())).toEqual([
      expect.stringMatching(/^started \S*node\S* \(process \d+\)$/),
      expect.stringMatching(/^started a guard for process \d+ \(process \d+\)$/),
      expect.stringMatching(/^SIGTERM to \d+$/),
      expect.stringMatching(/^process \d+ ended with 143$/),
    ]);
    expectNoSecret(child.output());
  });

  it('logs nothing when it is unset, and lists the valid areas for an unknown one', async () => {
    const silent = await workspace.runBuilt(['init', '--sandbox', '--yes']);
    expect(silent.stderr).not.toContain('relay-phone[');
    const { code, stderr } = await workspace.runBuilt(['status'], {
      environment: { RELAY_PHONE_DEBUG: 'net' },
    });
    expect(code).toBe(0);
    expect(stderr).toContain(
      'RELAY_PHONE_DEBUG names no area "net": the areas are http, locks, programs, tunnel,',
    );
    expect(readLog(stderr)).toEqual([]);
  });
});
