// `relay-phone serve` with the built CLI: verifies a phone and buys a mask over the user API, also after a kill.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { statusReportSchema } from '../../src/reports.js';
import { createSandbox } from '../../src/sandbox/create.js';
import { serveSandbox } from '../../src/sandbox/instance/join.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { DEADLINE } from '../support/deadline.js';
import { findOrigin } from '../support/find-port.js';
import { openOwnStateFolder } from '../support/own-state-folder.js';
import { type ServerChild, startServer } from '../support/sandbox-child.js';
import { createSandboxClient } from '../support/sandbox-client.js';
import { skipOnWindows } from '../support/skips.js';
import { createTwilioEdge } from '../support/twilio-edge.js';
import { type Asked, ask } from '../support/user-api.js';
import { createWorkspace, type Workspace } from '../support/workspace.js';

beforeEach(skipOnWindows);

const [REAL, ANN, WANTED] = ['+13015550195', '+12125550190', '+12025550123'] as const;
const ADDRESS = /[Tt]he relay is at (http:\/\/127\.0\.0\.1:\d+)/;
const PURCHASE = { method: 'POST', path: 'IncomingPhoneNumbers\\.json', times: 1 } as const;

let workspace: Workspace;
let origin: string;
beforeEach(async () => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  origin = await findOrigin();
});

async function openSandbox(): Promise<Sandbox> {
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  const sandbox = await serveSandbox(folder, { command: 'sandbox', timeoutMs: DEADLINE });
  onTestFinished(sandbox.close);
  await workspace.run(['init', '--sandbox', '--yes', '--public-url', origin]);
  return sandbox;
}

async function serve(
  flags: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerChild> {
  const command = ['serve', '--yes', '--port', new URL(origin).port, ...flags];
  return (await startServer(workspace, command, ADDRESS, environment)).child;
}

function asOwner(path: string, asked: Asked = {}) {
  const headers = { Authorization: `Token ${workspace.read('.relay-phone/relay-token').trim()}` };
  return ask({ origin }, `/api/v1/${path}`, { headers, ...asked });
}

const buy = (number: string) => asOwner('relaynumber/', { body: { number } });

/** Waits until a phone has `count` texts. Returns their bodies, oldest first. */
async function received(sandbox: Sandbox, phone: string, count: number): Promise<string[]> {
  for (;;) {
    const next = sandbox.nextEvent(({ kind }) => kind === 'text.reached-phone', { timeout: DEADLINE });
    const texts = sandbox.phone(phone).texts();
    if (texts.length < count) await next;
    else {
      next.catch(() => undefined);
      return texts.map(({ body }) => body);
    }
  }
}

async function verify(sandbox: Sandbox): Promise<string> {
  await asOwner('realphone/', { body: { number: REAL } });
  const code = /\d{6}$/.exec((await received(sandbox, REAL, 1))[0] ?? '')?.[0] ?? '';
  const body = { number: REAL, verification_code: code };
  expect(await asOwner('realphone/1/', { method: 'PATCH', body })).toMatchObject({ status: 200 });
  return code;
}

/** Returns the masks: the numbers of the account that use a TwiML app. */
async function listMasks(sandbox: Sandbox): Promise<string[]> {
  const rows = await createSandboxClient(sandbox).incomingPhoneNumbers.list();
  return rows.filter((row) => row.smsApplicationSid && row.voiceApplicationSid).map((row) => row.phoneNumber);
}

describe('serve without a mask', () => {
  it('lets the owner verify a phone and buy a mask, which undo releases', async () => {
    const sandbox = await openSandbox();
    let relay = await serve();
    expect(relay.output()).toMatch(/No phone is behind a mask yet\. .*--real-number/);
    const code = await verify(sandbox);
    await relay.end('SIGTERM');
    relay = await serve();
    expect(relay.output()).toContain('+1…0195 is verified, and no mask stands in front of it yet');
    const { json } = await asOwner('relaynumber/suggestions/');
    expect(json.random_options.map((row: { phone_number: string }) => row.phone_number)).toHaveLength(10);
    expect(await buy(WANTED)).toMatchObject({ status: 201, json: { number: WANTED } });
    await sandbox.phone(ANN).text(WANTED, 'Hello');
    expect(await received(sandbox, REAL, 3)).toContain(`[Relay 📲 ${ANN}] Hello`);
    const media = sandbox
      .phone(REAL)
      .texts()
      .flatMap((text) => text.media);
    expect(media).toMatchObject([{ contentType: 'text/x-vcard' }]);
    expect(sandbox.whoSaw(REAL)).toEqual([]);
    await relay.end('SIGTERM');
    expect(relay.output()).toContain('mask bought   +1…0123');
    expect(relay.output()).not.toMatch(new RegExp(`${code}|${sandbox.authToken}|3015550195`));
    await sandbox.close();
    const status = statusReportSchema.parse(JSON.parse((await workspace.run(['status', '--json'])).stdout));
    expect(status).toMatchObject({
      masks: [{ phoneNumber: WANTED, monthly: { amount: '1.15', currency: 'USD' } }],
      monthlyCost: { amount: '2.30', currency: 'USD' },
    });
    const kept = await workspace.run(['undo', '--yes']);
    expect(kept.stdout + kept.stderr).toContain(`${WANTED} stays, and still costs money every month`);
    const undone = await workspace.run(['undo', '--yes', '--release-number']);
    expect(undone.stdout).toContain(`released ${WANTED}`);
  });

  it.each(['before', 'after'] as const)(
    'ends with exactly one mask if it is killed %s Twilio sells it',
    async (when) => {
      const sandbox = await openSandbox();
      let relay = await serve();
      await verify(sandbox);
      const fault = sandbox.fail({ ...PURCHASE, when, answer: 'hang' });
      const asked = buy(WANTED).catch(() => undefined);
      await fault.reached;
      await relay.end('SIGKILL');
      await asked;
      const isSold = when === 'after';
      if (isSold) await sandbox.phone(ANN).text(WANTED, 'Hello');
      relay = await serve();
      expect((await asOwner('relaynumber/')).json).toHaveLength(isSold ? 1 : 0);
      // No other mask is bought while the outcome is unknown.
      expect(await buy('+12025550124')).toMatchObject({ status: isSold ? 400 : 409 });
      expect(await buy(WANTED)).toMatchObject({ status: isSold ? 400 : 201 });
      expect(await listMasks(sandbox)).toEqual([WANTED]);
      // The code, the welcome text, and the text that arrived before the relay knew of its mask.
      expect(await received(sandbox, REAL, isSold ? 3 : 2)).toHaveLength(isSold ? 3 : 2);
      // init never uses a mask as the main number.
      workspace.removeFiles(['.env']);
      await workspace.run(['init', '--sandbox', '--yes', '--public-url', origin]);
      expect(workspace.read('.env')).not.toContain(WANTED);
    },
  );

  it('points a mask whose purchase it missed to the TwiML app of its next start', async () => {
    const sandbox = await openSandbox();
    const client = createSandboxClient(sandbox);
    const relay = await serve();
    await verify(sandbox);
    const fault = sandbox.fail({ ...PURCHASE, when: 'after', answer: 'hang' });
    const asked = buy(WANTED).catch(() => undefined);
    await fault.reached;
    await relay.end('SIGKILL');
    await asked;
    for (const { sid } of await client.applications.list()) await client.applications(sid).remove();
    await serve();
    await sandbox.phone(ANN).text(WANTED, 'Hello');
    expect(await received(sandbox, REAL, 3)).toContain(`[Relay 📲 ${ANN}] Hello`);
    expect(await listMasks(sandbox)).toEqual([WANTED]);
  });

  it('completes a slow purchase, even after Ctrl-C', async () => {
    const sandbox = await openSandbox();
    // Without a time limit of its own, as users start it: a request that may take 15 s is not cut off.
    const relay = await serve();
    await verify(sandbox);
    const fault = sandbox.fail({ ...PURCHASE, when: 'after', answer: 'hang' });
    const asked = buy(WANTED);
    await fault.reached;
    expect(await relay.end('SIGINT')).toBe(130);
    expect(await asked).toMatchObject({ status: 201 });
    expect(await listMasks(sandbox)).toEqual([WANTED]);
  });
});

describe('serve with a live account', () => {
  it('buys a mask only with --buy', async () => {
    const [SID, TOKEN] = [`AC${'1a'.repeat(16)}`, '0123456789abcdef0123456789abcdef'] as const;
    const sandbox = await createSandbox({ account: { sid: SID, authToken: TOKEN } });
    onTestFinished(sandbox.close);
    const edge = await createTwilioEdge(sandbox.origin);
    onTestFinished(edge.close);
    const environment = { ...edge.environment, TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: TOKEN };
    const base = ['--public-url', 'https://relay.example.com'];
    await workspace.run(['init', '--yes', '--buy', '--real-number', REAL, ...base], { environment });
    const spare = '+12025550150';
    await createSandboxClient(sandbox).incomingPhoneNumbers.create({ phoneNumber: spare });
    let relay = await serve(base, environment);
    const number = REAL;
    await asOwner('realphone/', { body: { number } });
    const code = /\d{6}$/.exec((await received(sandbox, REAL, 2))[1] ?? '')?.[0];
    await asOwner('realphone/', { body: { number, verification_code: code } });
    expect(await buy(WANTED)).toMatchObject({
      status: 403,
      json: { detail: expect.stringContaining('--buy') },
    });
    expect(await listMasks(sandbox)).toEqual([]);
    await relay.end('SIGTERM');
    relay = await serve([...base, '--buy'], environment);
    expect(await buy(WANTED)).toMatchObject({ status: 201 });
    expect(await listMasks(sandbox)).toEqual([WANTED]);
    await relay.end('SIGTERM');
  });
});
