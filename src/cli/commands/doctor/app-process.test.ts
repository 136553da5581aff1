// How the process that listens where the app should be was started.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startInFront } from '../../../../test/support/doctor/app-faults.js';
import { findPort } from '../../../../test/support/find-port.js';
import { seeAppProcess } from './app-process.js';

const TOKEN = randomBytes(16).toString('hex');
const NO_PROC = 'only Linux shows the environment of a process';

const see = (app: string, more: { envValues?: readonly string[]; sandbox?: string } = {}) =>
  seeAppProcess({ app, token: TOKEN, sandbox: undefined, envValues: [], ...more });

describe('the process of the app', () => {
  beforeEach(({ skip }) => skip(process.platform !== 'linux', NO_PROC));

  it.each<[string, NodeJS.ProcessEnv]>([
    ['the proxy of exec', { HTTPS_PROXY: `http://relay-phone:${TOKEN}@127.0.0.1:4021` }],
    ['the proxy of exec under another name', { http_proxy: `http://relay-phone:${TOKEN}@127.0.0.1:4021` }],
    ['the address of the sandbox', { TWILIO_BASE_URL: 'http://127.0.0.1:4020/' }],
  ])('is inside with %s', async (_what, environment) => {
    const app = await startInFront('http://127.0.0.1:9', environment);
    expect(see(app, { sandbox: 'http://127.0.0.1:4020' })).toEqual({ start: 'inside' });
  });

  it.each<[string, NodeJS.ProcessEnv]>([
    ['no proxy', {}],
    ['the proxy of another sandbox', { HTTPS_PROXY: `http://relay-phone:${'0'.repeat(32)}@127.0.0.1:4021` }],
    ['the proxy of a company', { HTTPS_PROXY: 'http://me:secret@proxy.example.com:3128' }],
  ])('is outside with %s, and no value is told', async (_what, environment) => {
    const seen = see(await startInFront('http://127.0.0.1:9', environment));
    expect(seen).toEqual({ start: 'outside', process: expect.stringMatching(/^\S+ \(process \d+\)$/) });
  });

  it('is inside if the app may take the proxy from its .env', async () => {
    const app = await startInFront('http://127.0.0.1:9');
    expect(see(app, { envValues: [`http://relay-phone:${TOKEN}@127.0.0.1:4021`] })).toEqual({
      start: 'inside',
    });
  });

  it('is unknown if it hides its environment', async () => {
    const app = await startInFront('http://127.0.0.1:9', { PATH: undefined });
    expect(see(app)).toMatchObject({ start: 'unknown', why: expect.stringContaining('is not shown here') });
  });
});

it('is unknown in the process that started relay-phone, on another machine, and where nobody is seen', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const app of [own, 'http://192.0.2.1:8000', `http://127.0.0.1:${await findPort()}`])
    expect(see(app)).toMatchObject({ start: 'unknown', why: expect.any(String) });
});
