// `relay-phone tunnel` and the app behind it: one that refuses its public host, that is not the app, or that is the tunnel.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { findPort } from './support/find-port.js';
import { ask } from './support/gateway.js';
import { startServer } from './support/sandbox-child.js';
import { skipOnWindows } from './support/skips.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

beforeEach(skipOnWindows);

let workspace: Workspace;
beforeEach(async () => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  await workspace.run(['init', '--sandbox', '--yes']);
});

async function startApp(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Starts a tunnel and waits for a line of its output. Returns the whole output. */
async function watchTunnel(line: string, ...args: string[]): Promise<string> {
  const words = ['tunnel', '--sandbox', '--yes', '--port', '0', ...args];
  const { child } = await startServer(workspace, words, /Ctrl-C ends it/);
  await expect.poll(child.output).toContain(line);
  await child.end('SIGTERM');
  return child.output();
}

describe('tunnel says at its start', () => {
  it('that the app refuses its public host, and the setting of its framework', async () => {
    const app = await startApp((_incoming, outgoing) =>
      outgoing.writeHead(403).end('Blocked request. This host ("127.0.0.1") is not allowed.'),
    );
    const output = await watchTunnel('restart the app', '--to', app);
    expect(output).toContain(`  ! the app at ${app} refuses this host, 127.0.0.1: Vite answers 403`);
    expect(output).toContain(
      '  ! add 127.0.0.1 to server.allowedHosts in vite.config.js, and restart the app',
    );
  });

  it('the key of .env for a Django app', async () => {
    workspace.write(
      '.env',
      `${workspace.read('.env').replace(/^ALLOWED_HOSTS.*$/m, '')}\nDJANGO_ALLOWED_HOST=x\n`,
    );
    const app = await startApp((_incoming, outgoing) => outgoing.writeHead(400).end('DisallowedHost'));
    const output = await watchTunnel('where the app reads', '--to', app);
    expect(output).toContain(
      '  ! set DJANGO_ALLOWED_HOST=127.0.0.1,localhost where the app reads its settings',
    );
  });

  it('that an unknown framework answers its public host differently', async () => {
    const app = await startApp(({ headers }, outgoing) =>
      outgoing.writeHead(`http://${headers.host}` === app ? 200 : 403).end('x'),
    );
    const output = await watchTunnel('to the list of hosts', '--to', app);
    expect(output).toContain('it answers 403 ("x") to GET / for it, and 200 for');
  });

  it('that macOS answers in place of the app', async () => {
    const app = await startApp((_incoming, outgoing) =>
      outgoing.writeHead(403, { Server: 'AirTunes/1' }).end(),
    );
    const output = await watchTunnel('AirDrop', '--to', app);
    expect(output).toContain(`  ! the AirPlay Receiver of macOS answers at ${app}, not the app`);
  });
});

describe('tunnel is refused', () => {
  const failure = async (...args: string[]) => {
    const before = workspace.read('.env');
    const run = await workspace.run(['tunnel', '--sandbox', '--yes', ...args]);
    expect(workspace.read('.env')).toBe(before);
    expect(run.code).toBe(2);
    return run.stderr;
  };

  it.each([
    'PORT',
    '127.0.0.1:PORT',
    'localhost:PORT',
    'http://0.0.0.0:PORT',
    'http://app.localhost:PORT/',
    '127.1:PORT',
  ])('to its own port: %s', async (to) => {
    const port = String(await findPort());
    const stderr = await failure('--port', port, '--to', to.replace('PORT', port));
    expect(stderr).toContain(
      'this is the port of the gateway itself, so a webhook would never reach the app.',
    );
    expect(stderr).toContain(`--port ${Number(port) + 1}, if the app listens there`);
  });

  it('to the sandbox', async () => {
    const { address } = await startServer(workspace, ['sandbox'], /http:\/\/127\.0\.0\.1:(\d+)/);
    const stderr = await failure('--port', '0', '--to', address[1] ?? '');
    expect(stderr).toContain('this is the sandbox, not the app');
  });

  it('to its own public address', async () => {
    const url = 'http://127.0.0.1:4999';
    const stderr = await failure('--port', '0', '--url', url, '--to', 'localhost:4999');
    expect(stderr).toContain('this is the public address of this tunnel');
  });
});

it('tunnel cuts a loop that it cannot know before, and records why', async () => {
  let target = '';
  const app = await startApp(async (incoming, outgoing) => {
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).filter(([name]) => name !== 'connection' && name !== 'host'),
    ) as Record<string, string>;
    // The tunnel may have ended.
    const answer = await ask(target, { target: incoming.url ?? '', headers }).catch(() => undefined);
    if (answer) outgoing.writeHead(answer.status).end();
    else outgoing.destroy();
  });
  const words = ['tunnel', '--sandbox', '--yes', '--port', '0', '--expose', 'all', '--to', app];
  const { child, address } = await startServer(workspace, words, /through (http:\S+)\. Ctrl-C ends it/);
  target = address[1] ?? '';
  expect((await ask(target, { target: '/page' })).status).toBe(508);
  const { stdout } = await workspace.run(['requests', '--refused']);
  expect(stdout).toContain('it came back: the address of the app leads to this gateway');
  await child.end('SIGTERM');
});
