// `relay-phone send-test` in a Relay checkout: which token it sends, to which app, and the name it prints for the app.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { saveToken } from '../src/firefox-relay/api-token.js';
import { findOwnAddress, NO_OWN_ADDRESS } from './support/own-address.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { APP_TOKEN } from './support/relay-app.js';
import { startServer } from './support/sandbox-child.js';
import { readReport, type SendTestScene, setUpSendTest } from './support/send-test.js';
import { createWorkspace, type Ended } from './support/workspace.js';

const KEPT = '04ab647b-31dd-4938-ac7c-bdd9d99d6f24';

let { workspace, app, ask } = {} as SendTestScene;
beforeEach(async () => {
  ({ workspace, app, ask } = await setUpSendTest());
  saveToken(openOwnStateFolder(workspace.file('.relay-phone')), { email: 'me@example.com', token: KEPT });
});

/** Runs `send-test` without a token of the user, and checks that the stored token is not printed. */
async function run(...args: string[]): Promise<Ended> {
  const ended = await workspace.run(['send-test', ...args]);
  expect(ended.stdout + ended.stderr).not.toContain(KEPT);
  return ended;
}

/** Opens a port at every address of this machine that leads to a port of loopback. */
async function openFront(port: string): Promise<number> {
  const front = createServer((socket) => {
    const app = connect(Number(port), '127.0.0.1').on('error', () => socket.destroy());
    socket.on('error', () => app.destroy());
    socket.pipe(app).pipe(socket);
  }).listen(0, '0.0.0.0');
  onTestFinished(() => void front.close());
  await once(front, 'listening');
  return (front.address() as AddressInfo).port;
}

const shown = () => app.asked.map(({ authorization }) => authorization);

it('send-test sends an app on this machine the token of checkout prepare, and names the app Firefox Relay', async () => {
  const ended = await run('--app', app.origin);
  expect(ended.stdout).toContain(`Asking Firefox Relay at ${app.origin} to verify`);
  expect(shown()).toEqual([`Token ${KEPT}`]);
  expect(ended).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/Invalid token\.\n {2}Try: .*prepare/),
  });
  const detail = 'A verified record already exists for this number.';
  app.answer(() => ({ status: 409, body: { detail } }));
  expect(readReport(await run('--app', app.origin, '--verify', '--json')).app).toEqual({
    origin: app.origin,
    serve: false,
    relay: true,
  });
});

it('send-test prefers a given token to the stored one', async () => {
  await ask();
  expect(shown()).toEqual([`Token ${APP_TOKEN}`]);
});

it('send-test sends the token of the user that --email names, even if another one was given', async () => {
  const ANN = 'f1d2d2f9-24e9-46ac-a065-cf4ee2b0a9b3';
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  saveToken(folder, { email: 'ann@example.com', token: ANN });
  const send = (...args: string[]) => run('--app', app.origin, ...args);
  await send();
  await send('--email', 'me@example.com');
  const environment = { RELAY_PHONE_API_TOKEN: APP_TOKEN };
  await workspace.run(['send-test', '--app', app.origin, '--email', 'Ann@example.com'], { environment });
  expect(shown()).toEqual([`Token ${ANN}`, `Token ${KEPT}`, `Token ${ANN}`]);
  const unknown = await send('--email', 'bob@example.com');
  expect(unknown).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(
      /no token of bob@example\.com .*\n.*checkout prepare --email bob@example\.com/,
    ),
  });
  workspace.write('token', 'x');
  for (const args of [['--direct'], ['--api-token-file', 'token']])
    expect((await send('--email', 'ann@example.com', ...args)).code).toBe(2);
  expect(await send('--email', 'nobody')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('an e-mail address'),
  });
  expect(shown()).toHaveLength(3);
});

it('send-test asks no serve for a user', async () => {
  const { address } = await startServer(
    workspace,
    ['serve', '--port', '0', '--yes'],
    /The relay is at (http:\S+),/,
  );
  const ended = await run('--app', address[1] ?? '', '--email', 'me@example.com');
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(/has one user/) });
});

it('send-test sends the stored token to no other machine except the public base of the checkout', async ({
  skip,
}) => {
  const address = findOwnAddress();
  if (address === undefined) return skip(NO_OWN_ADDRESS);
  const base = `http://${address}:${await openFront(new URL(app.origin).port)}`;
  for (const origin of ['https://relay.firefox.com', base]) {
    const ended = await run('--app', origin);
    expect(ended).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/no token was kept or given/),
    });
  }
  expect(shown()).toEqual([]);
  workspace.write('.env', `${workspace.read('.env')}RELAY_PHONE_PUBLIC_URL=${base}\n`);
  const ended = await run('--app', base);
  expect(ended.stdout).toContain(`the token goes to ${address} in plain text`);
  expect(shown()).toEqual([`Token ${KEPT}`]);
});

it('send-test distinguishes the serve of another folder from Relay', async () => {
  const other = createWorkspace();
  try {
    await other.run(['init', '--sandbox', '--yes']);
    const { child, address } = await startServer(
      other,
      ['serve', '--port', '0', '--yes'],
      /The relay is at (http:\S+),/,
    );
    const ended = await run('--app', address[1] ?? '');
    expect(ended.stdout).toContain(`Asking relay-phone serve at ${address[1]} `);
    await child.end('SIGTERM');
  } finally {
    other.remove();
  }
});
