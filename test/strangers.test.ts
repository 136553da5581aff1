// A crowd of strangers at the public port of `serve` and `tunnel`, with the built CLI: every signed webhook is answered.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { findPort } from './support/find-port.js';
import { ask, SMS, startApp, webhook } from './support/gateway.js';
import { startServer } from './support/sandbox-child.js';
import { skipOnWindows } from './support/skips.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

beforeEach(skipOnWindows);

const HEAD = `POST ${SMS} HTTP/1.1\r\nHost: x\r\nX-Twilio-Signature: ${'x'.repeat(28)}\r\n`;
const FORM = 'Content-Type: application/x-www-form-urlencoded\r\n';
/** What the strangers of a crowd send, in turn. */
const BEGINNINGS = [
  '',
  'P',
  HEAD,
  `${HEAD}X-Long: ${'x'.repeat(15_000)}`,
  `${HEAD}${FORM}Content-Length: 262144\r\n\r\nabc`,
  `${HEAD}${FORM}Content-Length: 262144\r\n\r\n${'x'.repeat(100_000)}`,
  `${HEAD}${FORM}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(300)}`,
  `GET /api/v1/vCard/abcdef HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n`,
];

/** Opens a crowd. Resolves once all were there. @param returns true if each comes again when it is closed */
async function openCrowd(port: number, count: number, returns: boolean): Promise<void> {
  const open = new Set<Socket>();
  let isOver = false;
  const come = async (beginning: string): Promise<void> => {
    if (isOver) return;
    const socket = connect(port, '127.0.0.1');
    open.add(socket);
    socket.on('error', () => undefined).resume();
    socket.on('close', () => {
      open.delete(socket);
      if (returns) setTimeout(() => void come(beginning), 50);
    });
    await once(socket, 'connect').catch(() => undefined);
    socket.write(beginning);
  };
  onTestFinished(() => {
    isOver = true;
    for (const socket of open) socket.destroy();
  });
  for (let index = 0; index < count; index += 1) await come(BEGINNINGS[index % BEGINNINGS.length] ?? '');
}

/** Sends signed webhooks. Returns how often each status was answered. */
async function sendWebhooks(workspace: Workspace, origin: string, count: number): Promise<object> {
  const token = /^TWILIO_AUTH_TOKEN=(\S+)/m.exec(workspace.read('.env'))?.[1] ?? '';
  const mask = /^TWILIO_MAIN_NUMBER=(\S+)/m.exec(workspace.read('.env'))?.[1] ?? '';
  const statuses: Record<number, number> = {};
  for (let index = 0; index < count; index += 1) {
    const sid = `SM${String(index).padStart(32, '0')}`;
    const form = { MessageSid: sid, From: '+12125550190', To: mask, Body: 'Hi', NumMedia: '0' };
    const { status } = await ask(origin, webhook({ form }, { url: origin + SMS, token }));
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return statuses;
}

/** A workspace in which the sandbox is set up, with `port` as the public base. */
async function setUp(port: number): Promise<Workspace> {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  await workspace.run(['init', '--sandbox', '--yes', '--public-url', `http://127.0.0.1:${port}`]);
  return workspace;
}

it.each([
  ['a thousand strangers', 1000, undefined],
  // Then 128 connections may be open.
  ['300 strangers and 256 open files', 300, 256],
])('serve answers every signed webhook with %s', async (_what, strangers, openFiles) => {
  const port = await findPort();
  const workspace = await setUp(port);
  const args = ['serve', '--yes', '--port', String(port), '--real-number', '+13015550195'];
  const { child } = await startServer(workspace, args, /[Tt]he relay is at/, {}, openFiles);
  await openCrowd(port, strangers, openFiles === undefined);
  expect(await sendWebhooks(workspace, `http://127.0.0.1:${port}`, 60)).toEqual({ 201: 60 });
  expect(child.isRunning()).toBe(true);
  expect(await child.end('SIGINT')).toBe(130);
});

it('tunnel passes on every signed webhook while a thousand strangers idle', async () => {
  const app = await startApp((incoming, outgoing) => {
    incoming.resume().on('end', () => outgoing.end('the app'));
  });
  const port = await findPort();
  const workspace = await setUp(port);
  const args = ['tunnel', '--yes', '--port', String(port), '--to', app.origin];
  const { child } = await startServer(workspace, args, /Twilio reaches http/);
  await openCrowd(port, 1000, true);
  expect(await sendWebhooks(workspace, `http://127.0.0.1:${port}`, 200)).toEqual({ 200: 200 });
  expect(await child.end('SIGINT')).toBe(130);
});
