// Faults of the app and of its public base, in the sandbox.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { prepareCheckout } from './checkout-faults.js';
import type { Faults, Run } from './fault.js';
import { answerLikeRelay } from './relay-like.js';
import type { SandboxScene } from './sandbox-scene.js';

/** The app fails at a text, as one does whose own requests go to the real Twilio. */
async function failOneText(scene: SandboxScene): Promise<Run> {
  const { app, sandbox, client, main, mainSid, applicationSid } = scene;
  await client.incomingPhoneNumbers(mainSid).update({ smsApplicationSid: applicationSid });
  app.answer(() => ({ status: 500, body: 'TwilioRestException: HTTP 401 error' }));
  await sandbox.phone('+12125550190').text(main, 'Hello');
  app.answer(answerLikeRelay({ authToken: sandbox.authToken }));
  await client.incomingPhoneNumbers(mainSid).update({ smsApplicationSid: '' });
  return { besides: ['recent-alerts'] };
}

/** Passes every connection on to a port of this machine, from a process that has only a PATH. */
const FORWARD = `
const { connect, createServer } = require('node:net');
const server = createServer((socket) => {
  const other = connect(Number(process.argv[1]), '127.0.0.1');
  socket.pipe(other).pipe(socket);
  for (const one of [socket, other]) one.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

/** Starts a process in front of the app, and returns its origin; it ends with the test. */
export async function startInFront(app: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(process.execPath, ['-e', FORWARD, new URL(app).port], {
    env: { PATH: process.env.PATH, ...environment },
  });
  onTestFinished(() => void child.kill());
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return `http://127.0.0.1:${String(line).trim()}`;
}

/** The faults, by the id of the finding. */
export const APP_FAULTS: Faults<SandboxScene> = {
  'app-down': async ({ app }) => {
    await app.close();
    return undefined;
  },
  'app-outside': async ({ app }) => ({ args: ['--app', await startInFront(app.origin)] }),
  'app-never-asked': failOneText,
  'app-blind': async (scene) => {
    await prepareCheckout(scene);
    return failOneText(scene);
  },
  'app-other-token': async ({ sandbox }) => {
    const headers = { Authorization: `Basic ${btoa(`${sandbox.accountSid}:${'0'.repeat(32)}`)}` };
    await fetch(`${sandbox.origin}/2010-04-01/Accounts/${sandbox.accountSid}/Messages.json`, { headers });
    return undefined;
  },
  'app-refuses-host': ({ app }) => {
    app.answer(() => ({ status: 400, body: 'DisallowedHost: Invalid HTTP_HOST header' }));
    return undefined;
  },
  'app-is-airplay': ({ app }) => {
    app.answer(() => ({ status: 403, headers: { Server: 'AirTunes/775.3.1' } }));
    return undefined;
  },
  'app-has-other-paths': ({ app, workspace }) => {
    workspace.write('app.py', 'from flask import Flask\napp = Flask(__name__)\n');
    app.answer(({ method }) => ({ status: method === 'POST' ? 404 : 200 }));
    return undefined;
  },
  'app-not-relay': ({ app }) => {
    app.answer(({ method }) => ({ status: method === 'POST' ? 404 : 200 }));
    return undefined;
  },
  'app-wants-csrf-token': ({ app }) => {
    const body = '<title>403 Forbidden</title><p>CSRF verification failed. Request aborted.</p>';
    app.answer(({ method }) => (method === 'POST' ? { status: 403, body } : { status: 200 }));
    return undefined;
  },
  'app-fails': ({ app }) => {
    app.answer(({ method }) => ({ status: method === 'POST' ? 500 : 200 }));
    return undefined;
  },
  'app-takes-anything': ({ app }) => {
    app.answer(() => ({ status: 200 }));
    return undefined;
  },
  'app-misreads-forms': ({ app, sandbox }) => {
    app.answer(answerLikeRelay({ authToken: sandbox.authToken, misread: (value) => value.trim() }));
    return undefined;
  },
  'app-token-differs': ({ app }) => {
    app.answer(answerLikeRelay({ authToken: 'e'.repeat(32) }));
    return undefined;
  },
  'public-base-unresolved': async ({ moveTo }) => {
    await moveTo('https://no-such-host.invalid');
    return undefined;
  },
  'public-base-silent': async ({ moveTo }) => {
    await moveTo('https://localhost:9');
    return undefined;
  },
  'public-base-certificate': async ({ startPublicBase, moveTo, environment }) => {
    const { origin } = await startPublicBase();
    environment.NODE_EXTRA_CA_CERTS = '';
    await moveTo(origin);
    return undefined;
  },
  'public-base-offline': async ({ startPublicBase, moveTo }) => {
    const headers = { 'ngrok-error-code': 'ERR_NGROK_3200' };
    const { origin } = await startPublicBase(() => ({ status: 404, headers }));
    await moveTo(origin);
    return undefined;
  },
  'public-base-leads-elsewhere': async ({ startPublicBase, moveTo }) => {
    const { origin } = await startPublicBase(({ method }) => ({ status: method === 'POST' ? 404 : 200 }));
    await moveTo(origin);
    return undefined;
  },
};
