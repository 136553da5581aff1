// Sends request targets in forms that clients seldom use.
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../create.js';

const ACCOUNT_SID = `AC${'1'.repeat(32)}`;
const ACCOUNT = `/2010-04-01/Accounts/${ACCOUNT_SID}`;

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createSandbox({ account: { sid: ACCOUNT_SID } });
});
afterAll(() => sandbox.close());

/** Sends a target unchanged; fetch would normalize it. */
function send(target: string, method = 'GET'): Promise<{ status: number; size: string; body: string }> {
  return new Promise((resolve, reject) => {
    const options = { port: sandbox.port, method, path: target, auth: `${ACCOUNT_SID}:${sandbox.authToken}` };
    const outgoing = request({ host: '127.0.0.1', ...options }, async (incoming) => {
      const size = incoming.headers['content-length'] ?? '';
      resolve({ status: incoming.statusCode ?? 0, size, body: await text(incoming) });
    });
    outgoing.on('error', reject).end();
  });
}

describe('the router', () => {
  it.each([
    `${ACCOUNT}/Balance.json`,
    `${ACCOUNT}/./Balance.json`,
    `${ACCOUNT}/Keys/../Balance.json`,
    `${ACCOUNT}/%42alance.json`,
    `${ACCOUNT}/Balance.json#there`,
    `https://api.twilio.com${ACCOUNT}/Balance.json?x=1`,
  ])('finds the path in %s', async (target) => {
    const { status, body } = await send(target);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ balance: '100.00' });
  });

  it('decodes percent-encoded parameters', async () => {
    const { body } = await send('/v2/PhoneNumbers/%2B12025550190');
    expect(JSON.parse(body)).toMatchObject({ phone_number: '+12025550190' });
  });

  it('keeps invalid percent-encoding as it is', async () => {
    const { status, body } = await send(`${ACCOUNT}/Messages/%ff.json`);
    expect(status).toBe(404);
    expect(JSON.parse(body).message).toBe(
      `The requested resource ${ACCOUNT}/Messages/%ff.json was not found`,
    );
  });

  it('answers 400 for a target without a path', async () => {
    expect(await send('*', 'OPTIONS')).toMatchObject({ status: 400 });
  });
});

describe('a HEAD request', () => {
  it('gets the status and the size of GET, without a body', async () => {
    const { size } = await send(`${ACCOUNT}/Balance.json`);
    expect(await send(`${ACCOUNT}/Balance.json`, 'HEAD')).toEqual({ status: 200, size, body: '' });
  });
});
