// A Flask app that is broken behind `tunnel`: the page alone says why, and the fixed app is proven by a replay from the page.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import twilio from 'twilio';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { openReportSchema } from '../../src/reports.js';
import { createSandbox } from '../../src/sandbox/create.js';
import { serveSandbox } from '../../src/sandbox/instance/join.js';
import { findBrowser, NO_BROWSER, openBrowser } from '../support/browser.js';
import { DEADLINE } from '../support/deadline.js';
import { findOrigin, findPort } from '../support/find-port.js';
import { findPython, NO_FLASK } from '../support/find-python.js';
import { ask } from '../support/gateway.js';
import { createNgrokEdge } from '../support/ngrok-edge/edge.js';
import { openOwnStateFolder } from '../support/own-state-folder.js';
import { startServer } from '../support/sandbox-child.js';
import { isWindows, NO_POSIX } from '../support/skips.js';
import { createTwilioEdge } from '../support/twilio-edge.js';
import { createWorkspace, type Workspace } from '../support/workspace.js';

const python = findPython('flask');
const ANN = '+12125550190';
const PATH = '/api/v1/inbound_sms';

let workspace: Workspace;
let app: string;
beforeEach(async ({ skip }) => {
  skip(isWindows, NO_POSIX);
  skip(python === undefined, NO_FLASK);
  skip(findBrowser() === undefined, NO_BROWSER);
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  app = await findOrigin();
});

/** Starts a Flask app that reads this field of a text. Returns what ends it. */
async function startFlask(field: string): Promise<() => Promise<void>> {
  writeFileSync(
    workspace.file('app.py'),
    `from flask import Flask, Response, request

app = Flask(__name__)


@app.post("/<path:_>")
def reply(_):
    return Response(f"<Response><Message>You said {request.form['${field}']}</Message></Response>", mimetype="text/xml")


app.run(port=${new URL(app).port})
`,
  );
  const child = spawn(python ?? '', [workspace.file('app.py')], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const end = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(end);
  await expect
    .poll(() =>
      fetch(app).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(404);
  return end;
}

/** Opens the page of the running command in a browser, as somebody who has run `open --print`. */
async function openPageOfCommand(environment: Record<string, string>): Promise<Page> {
  // Before the address, whose code is good for a minute only.
  const tab = await openBrowser(findBrowser() ?? '', { viewport: { width: 1440, height: 900 } });
  const { stdout } = await workspace.runBuilt(['open', '--print', '--json'], { environment });
  const { address } = openReportSchema.parse(JSON.parse(stdout));
  await tab.goto(address ?? '');
  await tab.getByText('● connected').waitFor();
  return tab;
}

/** Reads the reason of the failed webhook that is shown, fixes the app, and sends the webhook again. */
async function fixAndReplay(tab: Page, endFlask: () => Promise<void>): Promise<void> {
  await tab.locator('.answer-line', { hasText: 'Answered 400' }).waitFor();
  await tab
    .getByText('The browser (or proxy) sent a request that this server could not understand')
    .waitFor();
  await tab.getByText('✓ Signature valid for').waitFor();
  await tab.getByRole('tab', { name: 'Request' }).click();
  // The text is in Body: there is no field Message.
  await tab.getByText('Is it red?', { exact: true }).waitFor();
  await endFlask();
  await startFlask('Body');
  await tab.getByRole('tab', { name: 'Replay' }).click();
  await tab.getByRole('button', { name: 'Send again' }).click();
  await tab.getByRole('heading', { name: 'Answered 200 (before: 400)' }).waitFor();
  await tab.getByRole('group', { name: 'The whole body' }).getByText('You said Is it red?').waitFor();
}

it('with the sandbox, from the phone to a story that plays', async () => {
  const edge = await createNgrokEdge();
  onTestFinished(edge.close);
  edge.setDevDomain(`localhost:${edge.publicPort}`);
  writeFileSync(workspace.file('ca.pem'), edge.ca);
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  const options = { command: 'sandbox', timeoutMs: DEADLINE, webhooks: { ca: edge.ca } };
  const sandbox = await serveSandbox(folder, options);
  onTestFinished(sandbox.close);
  await workspace.run(['init', '--sandbox', '--yes', '--public-url', app]);
  const mask = /TWILIO_MAIN_NUMBER=(\S+)/.exec(workspace.read('.env'))?.[1] ?? '';
  const environment = {
    NGROK_AUTHTOKEN: '2abcDEFghiJKLmnoPQRstuVWXyz_3ABCdefGHIjklMNOpqrS',
    RELAY_PHONE_NGROK_SERVER: edge.server,
    RELAY_PHONE_NGROK_CA: workspace.file('ca.pem'),
    NODE_EXTRA_CA_CERTS: workspace.file('ca.pem'),
  };
  const endFlask = await startFlask('Message');
  const words = ['tunnel', '--yes', '--port', '0', '--to', app];
  const { child } = await startServer(workspace, words, /Twilio reaches/, environment);
  const tab = await openPageOfCommand(environment);
  sandbox.number(mask, { sms: `https://localhost:${edge.publicPort}/sms` });
  const { traceId } = await sandbox.text({ from: ANN, to: mask, body: 'Is it red?' });
  await sandbox.whenQuiet(traceId, { timeout: DEADLINE });
  await tab.keyboard.press('.');
  await tab.getByRole('link', { name: 'The whole webhook, its signature, replay' }).click();
  await fixAndReplay(tab, endFlask);
  // The text that reaches the fixed app becomes a story.
  const fixed = await sandbox.text({ from: ANN, to: mask, body: 'Is it blue?' });
  await sandbox.whenQuiet(fixed.traceId, { timeout: DEADLINE });
  await tab.keyboard.press('.');
  // The events come to the page later than to the sandbox.
  await tab.getByRole('treeitem').filter({ hasText: 'Is it blue?' }).first().waitFor();
  const saving = tab.waitForEvent('download');
  await tab.getByRole('button', { name: 'Save as a story' }).click();
  await (await saving).saveAs(workspace.file('story.yaml'));
  const played = await workspace.runBuilt(['play', 'story.yaml', '--yes'], { environment });
  expect(played.code, played.stdout + played.stderr).toBe(0);
  await child.end('SIGTERM');
});

it('with an account, from the webhook of Twilio to a replay that passes', async () => {
  const [host, accountSid, authToken] = [
    'phones.ngrok.app',
    `AC${'1'.repeat(32)}`,
    '0123456789abcdef'.repeat(2),
  ];
  const sandbox = await createSandbox({ account: { sid: accountSid, authToken } });
  onTestFinished(sandbox.close);
  const port = await findPort();
  const answerAt = async (origin: string) => {
    const edge = await createTwilioEdge(sandbox.origin, { tunnel: { host, origin } });
    onTestFinished(edge.close);
    return { ...edge.environment, TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken };
  };
  const endFlask = await startFlask('Message');
  const publicUrl = ['--public-url', `https://${host}`];
  const words = ['init', '--yes', '--buy', '--real-number', '+13015550195', ...publicUrl];
  const first = await workspace.runBuilt(words, { environment: await answerAt(app) });
  expect(first.code, first.stderr).toBe(0);
  const mask = /TWILIO_MAIN_NUMBER=(\S+)/.exec(workspace.read('.env'))?.[1] ?? '';
  const environment = await answerAt(`http://127.0.0.1:${port}`);
  const tunnel = ['tunnel', '--yes', '--url', `https://${host}`, '--port', String(port), '--to', app];
  const { child } = await startServer(workspace, tunnel, /Twilio reaches/, environment);
  const tab = await openPageOfCommand(environment);
  await tab.getByText('LIVE account: costs money').waitFor();
  const form = { From: ANN, To: mask, Body: 'Is it red?', MessageSid: `SM${'3'.repeat(32)}` };
  const signature = twilio.getExpectedTwilioSignature(authToken, `https://${host}${PATH}`, form);
  const headers = { 'X-Twilio-Signature': signature, 'Content-Type': 'application/x-www-form-urlencoded' };
  const body = String(new URLSearchParams(form));
  await ask(`http://127.0.0.1:${port}`, { method: 'POST', target: PATH, headers, body });
  await tab.locator('.exchange-item', { hasText: '400' }).click();
  await fixAndReplay(tab, endFlask);
  await child.end('SIGTERM');
});
