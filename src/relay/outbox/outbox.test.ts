// Tests that the outbox loses nothing and sends nothing twice, however Twilio fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import twilio from 'twilio';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DEADLINE } from '../../../test/support/deadline.js';
import { ANN, BOB, MASK, REAL, setUpRelay } from '../../../test/support/relay.js';
import { openDatabase } from '../../state/database.js';
import { RELAY_SCHEMA } from '../store/schema.js';

const MESSAGES = { method: 'POST', path: 'Messages' } as const;

/** A contact's texts as the owner's phone shows them. */
const shown = (from: string, ...bodies: string[]) => bodies.map((body) => `[Relay 📲 ${from}] ${body}`);

describe('the outbox, if Twilio fails,', () => {
  it.each([
    ['answers 503 and sends nothing', { when: 'before', answer: { status: 503 } }],
    ['sends it and answers 503', { when: 'after', answer: { status: 503 } }],
    ['sends it and drops the connection', { when: 'after', answer: 'drop' }],
    ['drops the connection', { when: 'before', answer: 'drop' }],
    ['answers 429', { when: 'before', answer: { status: 429 } }],
    ['answers 401 for a while', { when: 'before', answer: { status: 401 } }],
  ] as const)('delivers each text once and in order (Twilio %s)', async (_what, rule) => {
    const { sandbox, relay, received, waitFor } = await setUpRelay();
    sandbox.fail({ ...MESSAGES, ...rule, times: 2 });
    for (const body of ['ok', 'ok', 'bye']) await sandbox.phone(ANN).text(MASK, body);
    await waitFor('forgotten', 3);
    expect(relay.outgoing.countOpen()).toBe(0);
    expect(await received(REAL, 3)).toEqual(shown(ANN, 'ok', 'ok', 'bye'));
  });

  it('delays one conversation and no other', async () => {
    // No retry comes before the end of the test.
    const { sandbox, relay, received, waitFor } = await setUpRelay({ firstRetryMs: 100 * DEADLINE });
    const fault = sandbox.fail({ ...MESSAGES, times: 1, answer: { status: 503 } });
    await sandbox.phone(ANN).text(MASK, 'first');
    await fault.reached;
    await waitFor('postponed');
    await sandbox.phone(ANN).text(MASK, 'second');
    await sandbox.phone(BOB).text(MASK, 'meanwhile');
    expect(await received(REAL, 1)).toEqual(shown(BOB, 'meanwhile'));
    await waitFor('forgotten');
    expect(relay.outgoing.countOpen()).toBe(2);
    expect(await received(REAL, 1)).toEqual(shown(BOB, 'meanwhile'));
  });

  it('gives up after a time, and keeps the text to send it again', async () => {
    const { sandbox, relay, waitFor, received } = await setUpRelay({ giveUpAfterMs: 0 });
    sandbox.fail({ ...MESSAGES, times: 1, answer: { status: 503 } });
    await sandbox.phone(ANN).text(MASK, 'Hello');
    await waitFor('given-up');
    expect(relay.outgoing.listUnsent()).toMatchObject([{ state: 'given-up', recipient: REAL }]);
    expect(relay.masks.find(MASK)?.textsLeft).toBe(75);
    expect(relay.outgoing.resend()).toBe(1);
    relay.wake();
    expect(await received(REAL, 1)).toEqual(shown(ANN, 'Hello'));
    expect(relay.outgoing.listUnsent()).toEqual([]);
  });
});

describe('a repeated webhook', () => {
  it.each([
    ['with the same MessageSid', 'SM1', 'another'],
    ['with the same idempotency token', 'SM2', 'one'],
  ])('%s sends nothing again and gets the same response', async (_what, sid, token) => {
    const { sandbox, relay, origin, received, waitFor, told } = await setUpRelay();
    const url = `${origin}/api/v1/inbound_sms`;
    const post = (MessageSid: string, idempotency: string) => {
      const form = { From: ANN, To: MASK, Body: 'Hello', MessageSid };
      return fetch(url, {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: {
          'X-Twilio-Signature': twilio.getExpectedTwilioSignature(sandbox.authToken, url, form),
          'I-Twilio-Idempotency-Token': idempotency,
        },
      });
    };
    const [first, second] = [await post('SM1', 'one'), await post(sid, token)];
    expect([second.status, await second.text()]).toEqual([first.status, await first.text()]);
    expect(told).toContainEqual({ kind: 'repeated', path: '/api/v1/inbound_sms' });
    await waitFor('forgotten');
    expect(relay.outgoing.countOpen()).toBe(0);
    expect(await received(REAL, 1)).toHaveLength(1);
  });
});

describe('a text that an earlier process began to send', () => {
  it.each([
    ['accepted', true],
    ['never received', false],
  ])('arrives once if Twilio %s it', async (_what, taken) => {
    const folder = mkdtempSync(join(tmpdir(), 'relay-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const database = join(folder, 'relay.db');
    const [body] = shown(ANN, 'Hello');
    const store = openDatabase(database, { owner: 'relay', content: 'its rows', steps: RELAY_SCHEMA });
    store
      .query(
        `INSERT INTO outgoing (lane, kind, state, sender, recipient, body, begunAt, createdAt)
         VALUES ('a', 'forward', 'begun', ?, ?, ?, ?, ?)`,
      )
      .run(MASK, REAL, body ?? '', Date.now(), Date.now());
    store.close();
    const { client, relay, received, waitFor } = await setUpRelay({ database, starts: false });
    if (taken) await client.messages.create({ from: MASK, to: REAL, body: body ?? '' });
    await relay.start();
    await waitFor('text.sent');
    expect(relay.outgoing.countOpen()).toBe(0);
    expect(await received(REAL, 1)).toEqual([body]);
  });
});
