// A sandbox and an app on two hosts: network namespaces of Linux with a cable between them, as containers have them.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { DEADLINE } from '../support/deadline.js';
import { CLI, createWorkspace } from '../support/workspace.js';

const NO_NAMESPACES = 'only root may make network namespaces, with ip of iproute2, and not everywhere';
const APP = resolve(import.meta.dirname, '../support/second-host-app.js');
const run = promisify(execFile);

/** Runs `ip`. @returns true if that is possible here */
function ip(...args: readonly string[]): boolean {
  return process.platform === 'linux' && spawnSync('ip', args).status === 0;
}

/**
 * Makes two hosts that reach each other, and nothing else. Each has an `/etc/hosts` of its own.
 *
 * @returns their namespaces; undefined where that is not possible
 */
function findTwoHosts(): readonly [sandbox: string, app: string] | undefined {
  const id = randomBytes(3).toString('hex');
  const [first, second] = [`rp-${id}-a`, `rp-${id}-b`] as const;
  const files = (name: string) => join('/etc/netns', name);
  onTestFinished(() => {
    for (const name of [first, second]) {
      ip('netns', 'del', name);
      rmSync(files(name), { recursive: true, force: true });
    }
  });
  const isMade = [first, second].every((name) => ip('netns', 'add', name));
  if (
    !isMade ||
    !ip('link', 'add', `${first}0`, 'netns', first, 'type', 'veth', 'peer', `${second}0`, 'netns', second)
  )
    return undefined;
  for (const [name, address] of [
    [first, '10.213.77.1/24'],
    [second, '10.213.77.2/24'],
  ] as const) {
    if (!ip('-n', name, 'addr', 'add', address, 'dev', `${name}0`)) return undefined;
    for (const device of ['lo', `${name}0`]) ip('-n', name, 'link', 'set', device, 'up');
    mkdirSync(files(name), { recursive: true });
    writeFileSync(
      join(files(name), 'hosts'),
      '127.0.0.1 localhost\n10.213.77.1 twilio\n10.213.77.2 app\n169.254.169.254 metadata\n',
    );
  }
  return [first, second];
}

const notAllowed = (host: string) =>
  `11205 HTTP connection failure: ${host} is not an allowed host (--allow-host)`;
const special =
  '11205 HTTP connection failure: metadata leads to 169.254.169.254, a special address (--allow-host)';

it('an app on another host texts, calls back and fetches media, and leads the sandbox to no third host', async ({
  skip,
}) => {
  const hosts = findTwoHosts();
  skip(hosts === undefined, NO_NAMESPACES);
  const [sandboxHost = '', appHost = ''] = hosts ?? [];
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  const access = {
    ACCOUNT_SID: `AC${randomBytes(16).toString('hex')}`,
    AUTH_TOKEN: randomBytes(16).toString('hex'),
    CONTROL_TOKEN: randomBytes(16).toString('hex'),
  };
  const environment = {
    PATH: process.env.PATH,
    HOME: workspace.path,
    NO_COLOR: '1',
    RELAY_PHONE_SANDBOX_HOST: '0.0.0.0',
    // The second name is allowed, and its address is not.
    RELAY_PHONE_SANDBOX_ALLOW_HOST: 'app, metadata',
    RELAY_PHONE_SANDBOX_PUBLIC_ORIGIN: 'http://twilio:4020',
    ...Object.fromEntries(
      Object.entries(access).map(([name, value]) => [`RELAY_PHONE_SANDBOX_${name}`, value]),
    ),
  };
  const sandbox = spawn('ip', ['netns', 'exec', sandboxHost, process.execPath, CLI, 'sandbox'], {
    cwd: workspace.path,
    env: environment,
  });
  const ended = new Promise<number | null>((done) => void sandbox.once('exit', done));
  onTestFinished(async () => {
    sandbox.kill('SIGKILL');
    await ended;
  });
  let output = '';
  for (const stream of [sandbox.stdout, sandbox.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  await expect.poll(() => output, { timeout: DEADLINE }).toMatch(/Page: /);
  expect(output).toContain('it listens on every address of this machine (0.0.0.0)');
  expect(output).toContain('Webhooks and media go only to app, metadata.');
  expect(output).toContain('The app reaches the sandbox at http://twilio:4020.');
  for (const secret of [access.AUTH_TOKEN, access.CONTROL_TOKEN]) expect(output).not.toContain(secret);

  const { stdout } = await run('ip', ['netns', 'exec', appHost, process.execPath, APP], {
    env: { PATH: process.env.PATH, SANDBOX: 'http://twilio:4020', APP: 'http://app:8000', ...access },
  });
  expect(JSON.parse(stdout)).toEqual({
    health: { status: 200, body: '{"status":"ready"}' },
    foreignHost: 403,
    withoutToken: 401,
    alerts: [],
    reply: 'Hello from the app',
    toOtherHost: [notAllowed('other')],
    toSandboxItself: [notAllowed('127.0.0.1')],
    toMetadata: [special],
    redirectedToMetadata: [special],
    proxyIsOpen: false,
    pageIsOpen: false,
    seen: {
      webhooks: [
        { path: '/sms', signed: true, body: 'Hello' },
        { path: '/away', signed: true, body: 'Hello' },
      ],
      media: { host: 'twilio:4020', status: 200, body: 'picture' },
    },
  });
  sandbox.kill('SIGTERM');
  expect(await ended).toBe(130);
});
