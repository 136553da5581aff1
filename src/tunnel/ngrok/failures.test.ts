// Tests the errors if ngrok's SDK does not load, or refuses the server address.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNgrokFailures } from './failures.js';
import type { ChildFailure } from './protocol.js';

const failures = createNgrokFailures({
  authtoken: { value: 'secret', source: 'the test' },
  domain: undefined,
  port: 9,
});

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relay-phone-test-'));
  await build({
    entryPoints: [join(import.meta.dirname, 'child.ts')],
    outfile: join(folder, 'child.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['@ngrok/ngrok'],
  });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function findChildFailure(): Promise<ChildFailure> {
  const child = fork(join(folder, 'child.mjs'), { execArgv: [] });
  child.send({
    kind: 'open',
    authtoken: 'secret',
    upstream: 'http://127.0.0.1:9',
    heartbeat: { intervalSeconds: 1, toleranceSeconds: 1 },
  });
  const [message] = (await once(child, 'message')) as [ChildFailure];
  child.kill('SIGKILL');
  return message;
}

describe('an ngrok SDK that does not load', () => {
  it('is reported if the package is missing', async () => {
    const error = failures.sdkNotLoaded(await findChildFailure());
    expect(error).toMatchObject({ kind: 'needsUser', retry: 'never' });
    expect(error.message).toContain('does not load on this machine (ERR_MODULE_NOT_FOUND)');
  });

  it('is reported if its binary is missing, as after --omit=optional', async () => {
    const from = dirname(createRequire(import.meta.url).resolve('@ngrok/ngrok/package.json'));
    const to = join(folder, 'node_modules/@ngrok/ngrok');
    mkdirSync(to, { recursive: true });
    for (const name of ['package.json', 'index.js']) copyFileSync(join(from, name), join(to, name));
    const error = failures.sdkNotLoaded(await findChildFailure());
    expect(error.message).toContain('does not load on this machine');
    expect(error.tryNext).toEqual([
      'run npm install again, without --omit=optional: the binary is an optional dependency',
      '--url https://…, with the address of any other tunnel to this machine',
    ]);
  });

  it('is reported with the redistributable that may be missing on Windows', () => {
    const failure = { kind: 'failed', stage: 'load', message: 'x', code: 'ERR_DLOPEN_FAILED' } as const;
    expect(failures.sdkNotLoaded(failure).tryNext[0]).toMatch(/Visual C\+\+ Redistributable/);
  });
});

describe('an invalid address of the ngrok server', () => {
  it('is a usage error', async () => {
    const message = 'invalid server address: nonsense:port';
    const error = await failures.refused({
      kind: 'failed',
      stage: 'session',
      message,
      code: 'GenericFailure',
    });
    expect(error).toMatchObject({ kind: 'usage', retry: 'never' });
  });
});

describe('an unreachable ngrok server', () => {
  it.each(['HTTPS_PROXY', 'all_proxy'])('is explained by %s, which the SDK does not use', (variable) => {
    const behindProxy = createNgrokFailures({
      authtoken: { value: 'secret', source: 'the test' },
      domain: undefined,
      port: 9,
      environment: { [variable]: 'http://me:hunter2@proxy:3128' },
    });
    const error = behindProxy.unreachable(new Error('it refused the connection'));
    expect(error).toMatchObject({ kind: 'network', retry: 'always' });
    expect(error.tryNext[0]).toContain(`ngrok's SDK does not use ${variable.toUpperCase()}`);
    expect(error.tryNext.join()).not.toContain('hunter2');
  });

  it('is a question of the connection without a proxy', () => {
    expect(failures.timedOut(1000).tryNext[0]).toContain('check the internet connection');
  });
});
