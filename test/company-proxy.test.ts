// Commands behind a company proxy that refuses, of a kind that is not supported, or that is malformed.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createWorkspace, type Ended, type Workspace } from './support/workspace.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  workspace.write(
    '.env',
    `TWILIO_ACCOUNT_SID=AC${'0'.repeat(32)}\nTWILIO_AUTH_TOKEN=${'0'.repeat(32)}\nSITE_ORIGIN=https://relay.example.com\n`,
  );
});

/** Starts a proxy that answers every CONNECT with `head`. */
async function startProxy(head: string) {
  const asked: string[] = [];
  const server = createServer();
  server.on('connect', ({ url = '' }, socket) => {
    asked.push(url);
    socket.end(`HTTP/1.1 ${head}\r\nContent-Length: 0\r\n\r\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const status = (environment: Record<string, string>): Promise<Ended> =>
  workspace.run(['status', '--live'], { environment });

describe('a proxy that does not connect to Twilio', () => {
  it.each([
    ['407 Proxy Authentication Required', 3, 1, 'HTTPS_PROXY=http://USER:PASSWORD@'],
    ['403 Forbidden', 3, 1, 'ask the administrator of the proxy to allow connections to api.twilio.com:443'],
    ['502 Bad Gateway', 5, 4, 'run it again'],
  ])('is named with its answer: %s', async (answer, code, attempts, advice) => {
    const { address, asked } = await startProxy(answer);
    const run = await status({ HTTPS_PROXY: address });
    expect(run).toMatchObject({ code, stderr: expect.stringContaining(advice) });
    expect(run.stderr).toContain(
      `Failed to use the Twilio account: the proxy ${address} answered ${answer} to CONNECT api.twilio.com:443.\n`,
    );
    expect(run.stderr).not.toContain('Twilio HTTP');
    // A wrong password that is sent again and again would lock the user out.
    expect(asked).toEqual(Array(attempts).fill('api.twilio.com:443'));
  });

  it('is never shown with its password', async () => {
    const { address } = await startProxy('407 Proxy Authentication Required');
    const run = await status({ all_proxy: `http://me:hunter2@${address}`, RELAY_PHONE_DEBUG: '1' });
    expect(run).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('correct the user and the password in all_proxy'),
    });
    expect(run.stdout + run.stderr).not.toContain('hunter2');
  });

  it('is the reason why doctor cannot look at the public base', async () => {
    const { address } = await startProxy('403 Forbidden');
    const environment = { HTTPS_PROXY: address };
    const { stdout } = await workspace.run(['doctor', '--live', '--app', '9'], { environment });
    expect(stdout).toContain(`the proxy ${address} answered 403 Forbidden to CONNECT relay.example.com:443`);
    expect(stdout).not.toContain('public-base-silent');
  });

  it('is not asked for what NO_PROXY names', async () => {
    const { address, asked } = await startProxy('403 Forbidden');
    const run = await status({ HTTPS_PROXY: address, NO_PROXY: 'api.*.com:443' });
    expect(run.stderr).not.toContain('proxy 127');
    expect(asked).toEqual([]);
  });
});

it.each([
  [
    'socks5://127.0.0.1:1080',
    3,
    'the proxy 127.0.0.1:1080 of HTTPS_PROXY uses socks5, and only http and https',
  ],
  ['http://me:hunter2#x@proxy:3128', 2, 'Failed to find the proxy: HTTPS_PROXY is not the URL of a proxy.'],
])('a proxy that cannot be used is not passed over in silence: %s', async (proxy, code, words) => {
  const run = await status({ HTTPS_PROXY: proxy });
  expect(run).toMatchObject({ code, stderr: expect.stringContaining(words) });
  expect(run.stderr).not.toContain('hunter2');
});
