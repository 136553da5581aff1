// Builds the Dockerfile and runs its image, where there is a container engine: an app outside of it gets a signed text.
import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import twilio from 'twilio';
import { expect, it, onTestFinished } from 'vitest';
import { listen } from '../../src/http/listen.js';
import { DEADLINE } from '../support/deadline.js';
import { findPort } from '../support/find-port.js';
import { createSandboxClient } from '../support/sandbox-client.js';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const [NO_ENGINE, NO_BASE] = ['there is no container engine', 'the base image cannot be pulled'];
const [NUMBER, PHONE] = ['+12025550100', '+12125550190'];
/** The name by which a container reaches this machine. */
const HERE = 'host.docker.internal';
/** Used in place of the base image of the Dockerfile, where that cannot be pulled. */
const BASE = process.env.RELAY_PHONE_TEST_NODE_IMAGE;

const isDone = (...args: readonly string[]) => spawnSync('docker', args, { stdio: 'ignore' }).status === 0;
const docker = async (...args: readonly string[]) => {
  const { stdout, stderr } = await promisify(execFile)('docker', args, { maxBuffer: 1e8 });
  return { stdout: stdout.trim(), stderr };
};

it('the image is built, is healthy without any rights, reaches an allowed app, and ends when it is stopped', async ({
  skip,
}) => {
  skip(!isDone('info'), NO_ENGINE);
  const [, pinned = ''] = /^ARG NODE_IMAGE=(.*)$/m.exec(readFileSync(`${CHECKOUT}/Dockerfile`, 'utf8')) ?? [];
  skip(BASE === undefined && !isDone('pull', pinned), NO_BASE);
  const name = `relay-phone-test-${randomBytes(4).toString('hex')}`;
  onTestFinished(() => void (isDone('rm', '--force', '--volumes', name) && isDone('rmi', '--force', name)));
  const base = BASE === undefined ? [] : ['--build-arg', `NODE_IMAGE=${BASE}`];
  await docker('build', '--quiet', '--network', 'host', ...base, '--tag', name, CHECKOUT);

  const port = await findPort();
  const access = {
    origin: `http://127.0.0.1:${port}`,
    accountSid: `AC${randomBytes(16).toString('hex')}`,
    authToken: randomBytes(16).toString('hex'),
  };
  const settings = {
    ALLOW_HOST: HERE,
    PUBLIC_ORIGIN: access.origin,
    ACCOUNT_SID: access.accountSid,
    AUTH_TOKEN: access.authToken,
  };
  await docker(
    ...['run', '--detach', '--name', name, '--init', '--read-only', '--cap-drop', 'ALL'],
    ...['--security-opt', 'no-new-privileges', '--user', '1234567:0', '--add-host', `${HERE}:host-gateway`],
    ...['--tmpfs', '/sandbox:mode=0770,gid=0', '--tmpfs', '/home/node:mode=0770,gid=0'],
    ...['--publish', `127.0.0.1:${port}:4020`],
    ...Object.entries(settings).flatMap(([key, value]) => ['--env', `RELAY_PHONE_SANDBOX_${key}=${value}`]),
    name,
  );
  const health = async () => (await docker('inspect', '--format', '{{.State.Health.Status}}', name)).stdout;
  await expect.poll(health, { timeout: DEADLINE, interval: 500 }).toBe('healthy');
  expect((await docker('exec', name, 'id', '--user')).stdout).toBe('1234567');

  const { authToken } = access;
  const app = await listen(
    async (incoming, outgoing) => {
      const form = Object.fromEntries(new URLSearchParams(await text(incoming)));
      const signature = String(incoming.headers['x-twilio-signature']);
      const url = `http://${incoming.headers.host}${incoming.url}`;
      const word = twilio.validateRequest(authToken, signature, url, form) ? 'signed' : 'not signed';
      outgoing.setHeader('Content-Type', 'text/xml');
      outgoing.end(`<Response><Message>${form.Body}, ${word}</Message></Response>`);
    },
    { host: '0.0.0.0', port: 0 },
  );
  onTestFinished(app.close);
  const smsUrl = `http://${HERE}:${app.port}/sms`;
  await createSandboxClient(access).incomingPhoneNumbers.create({ phoneNumber: NUMBER, smsUrl });
  await docker('exec', name, 'relay-phone', 'text', '--from', PHONE, '--to', NUMBER, 'Hello');
  const shown = await docker('exec', name, 'relay-phone', 'sandbox', 'phones', PHONE);
  expect(shown.stdout).toContain('Hello, signed');

  await docker('stop', name);
  expect((await docker('inspect', '--format', '{{.State.ExitCode}}', name)).stdout).toBe('130');
  const logs = await docker('logs', name);
  expect(logs.stdout + logs.stderr).not.toContain(authToken);
});
