// Tests the vCard of a mask: texted to the owner, fetched by Twilio, and public under its key.
import { expect, it } from 'vitest';
import { MASK, REAL, setUpRelay } from '../../../test/support/relay.js';
import { ask, MAIN, type OwnerScene, setUpOwner } from '../../../test/support/user-api.js';
import { createRateLimit } from './vcard.js';

const WANTED = '+12025550123';
const RESEND = '/api/v1/realphone/resend_welcome_sms/';
/** A request through a tunnel, without a token. */
const STRANGER = {
  headers: { Authorization: '', Host: 'relay.example.com', 'X-Forwarded-For': '203.0.113.9' },
};

/** Buys a mask. @returns the path of its vCard */
async function buy(scene: OwnerScene): Promise<string> {
  await scene.verify(REAL);
  await ask(scene, '/api/v1/relaynumber/', { body: { number: WANTED } });
  await scene.received(REAL, 2);
  return new URL(scene.sandbox.phone(REAL).texts()[1]?.mediaUrls[0] ?? '').pathname;
}

it('texts the vCard from the main number after Twilio has fetched it', async () => {
  const scene = await setUpOwner();
  await buy(scene);
  const [, welcome] = scene.sandbox.phone(REAL).texts();
  expect(welcome).toMatchObject({ from: MAIN, media: [{ contentType: 'text/x-vcard' }] });
  expect(welcome?.mediaUrls).toEqual([
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/api\/v1\/vCard\/[A-Za-z0-9]{6}\/$/),
  ]);
  // A character outside of GSM-7 halves the length of a segment.
  expect(welcome?.body).toMatch(/^[\w .,]{1,160}$/);
  expect(await ask(scene, RESEND, { method: 'POST' })).toMatchObject({ status: 201, json: { msg: 'sent' } });
  await scene.received(REAL, 3);
  expect(scene.sandbox.phone(REAL).texts()[2]?.mediaUrls).toEqual(welcome?.mediaUrls);
  expect(scene.sandbox.whoSaw(REAL)).toEqual([]);
});

it('shows the vCard without a token and through a tunnel, with nothing but the mask', async () => {
  const scene = await setUpOwner();
  const path = await buy(scene);
  for (const one of [path, path.replace(/\/$/, '')]) {
    const card = await ask(scene, one, STRANGER);
    expect(card).toMatchObject({
      status: 200,
      headers: {
        'content-type': expect.stringMatching(/^text\/x-vcard/),
        'content-disposition': `attachment; filename=${WANTED}.vcf`,
      },
    });
    expect(card.text).toBe(
      `BEGIN:VCARD\r\nVERSION:3.0\r\nN:;Firefox Relay;;;\r\nFN:Firefox Relay\r\nTEL:${WANTED}\r\nEND:VCARD\r\n`,
    );
    const head = await ask(scene, one, { ...STRANGER, method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
  }
  expect(await ask(scene, path, { ...STRANGER, method: 'POST' })).toMatchObject({
    status: 405,
    headers: { allow: 'GET' },
  });
  for (const other of ['AAAAAA/', 'AAAAAAA/', '']) {
    expect((await ask(scene, `/api/v1/vCard/${other}`, STRANGER)).status).toBe(404);
  }
});

it('shows vCards to each client ten times a minute, so that keys cannot be guessed', async () => {
  let now = Date.now();
  const scene = await setUpOwner({ now: () => now });
  const path = await buy(scene);
  const from = (client: string) =>
    ask(scene, path, { headers: { ...STRANGER.headers, 'X-Forwarded-For': `198.51.100.1, ${client}` } });
  for (let time = 0; time < 10; time += 1) expect((await from('203.0.113.9')).status).toBe(200);
  expect(await from('203.0.113.9')).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
  expect((await from('203.0.113.10')).status).toBe(200);
  now += 60_000;
  expect((await from('203.0.113.9')).status).toBe(200);
});

it('remembers the thousand clients that asked last, however many addresses a stranger invents', () => {
  const limit = createRateLimit({ count: 1, windowMs: 1000, now: () => 0 });
  const ask = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => limit(`client ${first + index}`));
  expect(new Set(ask(0, 1000))).toEqual(new Set([0]));
  expect(new Set(ask(0, 1000))).toEqual(new Set([1000]));
  // One more replaces the one that asked longest ago.
  expect(ask(1000, 1)).toEqual([0]);
  expect(ask(1, 1)).toEqual([1000]);
  expect(ask(0, 1)).toEqual([0]);
});

it('refuses to send the vCard without a mask or a main number', async () => {
  const scene = await setUpOwner();
  expect((await ask(scene, RESEND, { method: 'POST' })).status).toBe(404);
  const other = await setUpRelay({ mainNumber: undefined });
  expect((await ask(other, RESEND, { method: 'POST' })).status).toBe(503);
  expect(other.relay.masks.find(MASK)).toBeDefined();
  expect(other.relay.outgoing.countOpen()).toBe(0);
});
