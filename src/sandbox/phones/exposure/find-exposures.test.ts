// Shows a number to phones in every way, and finds the exposures.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../../../test/support/sandbox-client.js';
import { startApp } from '../../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../../create.js';
import { findPhoneNumber } from '../../platform/phone-number.js';
import { createNumberSpellings } from './spelling.js';

const MASK = '+12025550100';
const REAL = '+13015550195';
const OWNER = REAL;
const CONTACT = '+12125550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
  await client.incomingPhoneNumbers.create({ phoneNumber: MASK });
});
afterEach(() => sandbox.close());

async function send(body: string, to = CONTACT, from = MASK) {
  const { sid } = await client.messages.create({ from, to, body });
  await waitForStatus(client, sid, 'delivered', 'undelivered');
  return sid;
}

describe('exposures', () => {
  it('finds nobody if masking holds', async () => {
    await send('Hello from my mask');
    await send(`Somebody wrote to you: call ${REAL}`, OWNER);
    expect(sandbox.exposures(REAL)).toEqual([]);
  });

  it('finds the phone that received the number in a text, with an excerpt', async () => {
    const body = `${'🙂'.repeat(40)}Reply to (301) 555-0195, please, and do it before the evening comes`;
    const sid = await send(body);
    expect(sandbox.exposures('301 555 0195')).toEqual([
      {
        phone: CONTACT,
        how: 'body',
        written: '(301) 555-0195',
        sid,
        at: sandbox.phone(CONTACT).texts()[0]?.receivedAt,
        traceId: sandbox.events({ kind: 'text.reached-phone' })[0]?.traceId,
        eventId: sandbox.events({ kind: 'text.reached-phone' })[0]?.id,
        excerpt: `…${'🙂'.repeat(21)}Reply to (301) 555-0195, please, and do it before the…`,
      },
    ]);
  });

  it.each([
    [30, 'x', '', ''],
    [31, 'x', '…', '…'],
    [30, '🙂', '', ''],
    [31, '🙂', '…', '…'],
    [60, '🙂', '…', '…'],
  ])('shows thirty whole characters on each side: with %i of %j', async (count, character, before, after) => {
    const around = character.repeat(count);
    await send(`${around}${REAL}${around}`);
    const shown = character.repeat(Math.min(count, 30));
    const expected = `${before}${shown}${REAL}${shown}${after}`;
    expect(sandbox.exposures(REAL).map(({ excerpt }) => excerpt)).toEqual([expected]);
  });

  it('finds the phone that received a text from the number', async () => {
    await send('Hello');
    expect(sandbox.exposures(MASK)).toMatchObject([
      { phone: CONTACT, how: 'sender', written: MASK, excerpt: 'Hello' },
    ]);
  });

  it('finds the phone that was called by the number, or heard it in a call', async () => {
    const twiml = `<Response><Say>Dialing (301) 555-0195 ...</Say><Dial callerId="${MASK}">${REAL}</Dial></Response>`;
    const { sid } = await client.calls.create({ from: MASK, to: CONTACT, twiml });
    await sandbox.nextEvent(({ kind }) => kind === 'call.connected');
    expect(sandbox.exposures(REAL)).toMatchObject([
      { phone: CONTACT, how: 'heard', written: '(301) 555-0195', sid, excerpt: 'Dialing (301) 555-0195 ...' },
    ]);
    expect(sandbox.exposures(MASK)).toMatchObject([
      { phone: CONTACT, how: 'caller id', written: MASK, sid },
      { phone: OWNER, how: 'caller id', written: MASK },
    ]);
  });

  it('finds the phone that received a contact with the number', async () => {
    const app = await startApp(sandbox.authToken);
    onTestFinished(app.close);
    app.answer(() => ({
      type: 'text/x-vcard; charset=utf-8',
      body: 'BEGIN:VCARD\nTEL:+1-301-555-0195\nEND:VCARD',
    }));
    const mediaUrl = [`${app.origin}/contact.vcf`];
    for (const to of [CONTACT, OWNER]) {
      const { sid } = await client.messages.create({ from: MASK, to, body: 'My card', mediaUrl });
      await waitForStatus(client, sid, 'delivered', 'failed');
    }
    expect(sandbox.exposures(REAL)).toMatchObject([
      { phone: CONTACT, how: 'media', written: '+1-301-555-0195', sid: expect.stringMatching(/^MM/) },
    ]);
  });

  it('leaves out the phone that dialled the number', async () => {
    await sandbox.phone(CONTACT).call(MASK).ended;
    expect(sandbox.exposures(MASK)).toEqual([]);
  });

  it('lists exposures in order, and leaves out texts that did not arrive', async () => {
    sandbox.phone('+12125550191').behave({ texts: { undelivered: 30003 } });
    const first = await send(`${MASK} twice ${MASK}`);
    await send(MASK, '+12125550191');
    const second = await send('Hello', '+12125550192');
    expect(sandbox.exposures(MASK).map(({ sid, how }) => [sid, how])).toEqual([
      [first, 'sender'],
      [first, 'body'],
      [second, 'sender'],
    ]);
  });

  it('gives each sound of a call its own moment and event', async () => {
    await sandbox.close();
    sandbox = await createSandbox({ clock: 'manual' });
    client = createSandboxClient(sandbox);
    await client.incomingPhoneNumbers.create({ phoneNumber: MASK });
    const say = `<Pause length="30"/><Say>${REAL}</Say>`;
    await client.calls.create({ from: MASK, to: CONTACT, twiml: `<Response>${say}${say}</Response>` });
    const start = sandbox.clock.now();
    await sandbox.clock.advance('5m');
    const hears = sandbox
      .events({ kind: 'phone.call' })
      .filter((event) => 'act' in event && event.act === 'hears');
    const exposures = sandbox.exposures(REAL);
    expect(exposures.map(({ at, traceId, eventId }) => [at, traceId, eventId])).toEqual(
      hears.map(({ at, traceId, id }) => [at, traceId, id]),
    );
    expect(exposures.map(({ at }) => Math.round((Date.parse(at) - start) / 30_000))).toEqual([1, 2]);
    sandbox.restore(sandbox.snapshot());
    expect(sandbox.exposures(REAL)).toEqual(
      exposures.map((one) => ({ ...one, traceId: null, eventId: null })),
    );
  });

  it('has an alias', async () => {
    await send(REAL);
    expect(sandbox.whoSaw(REAL)).toEqual(sandbox.exposures(REAL));
  });

  it.each(['', '123', '+1202555010', 'MG1'])('rejects %j', (number) => {
    expect(() => sandbox.exposures(number)).toThrowError(expect.objectContaining({ kind: 'usage' }));
  });
});

/** How `number` is written first in a text. */
const findIn = (text: string, number: string) => {
  const found = findPhoneNumber(number);
  return found && createNumberSpellings(found).find(text)?.written;
};

describe('a spelling', () => {
  it.each([
    '+13015550195',
    '13015550195',
    '3015550195',
    '(301) 555-0195',
    '+1 (301) 555-0195',
    '1-301-555-0195',
    '301-555-0195',
    '301.555.0195',
    '301 555 0195',
    '001 301 555 0195',
    '301‑555–0195',
    '301/555/0195',
    '3 0 1 5 5 5 0 1 9 5',
    '301\n555\n0195',
    '+1\u2068301\u2069555\u200b0195',
  ])('%j is found in a text and alone', (spelling) => {
    expect(findIn(spelling, REAL)).toBe(spelling);
    expect(findIn(`Call \u2068${spelling}\u2069, or ask 911.`, REAL)).toBe(spelling);
    expect(findIn(`tel:${spelling}.`, REAL)).toBe(spelling);
  });

  it.each([
    '3015550196',
    '30155501955',
    '93015550195',
    '+93015550195',
    '+91 3015550195',
    '301555019',
    '555-0195',
    '301 555 and 0195',
    '',
  ])('is not found in %j', (text) => {
    expect(findIn(text, REAL)).toBeUndefined();
  });

  it.each([
    ['+442079460123', '+44 20 7946 0123'],
    ['+442079460123', '+44 (0)20 7946 0123'],
    ['+442079460123', '020 7946 0123'],
    ['+61491570156', '0491 570 156'],
    ['+61491570156', '0061 491 570 156'],
  ])('of %s can be %j', (number, spelling) => {
    expect(findIn(`Call ${spelling}!`, number)).toBe(spelling);
  });

  it('that is found also matches the LIKE pattern of the database', () => {
    const gap = fc.stringMatching(/^[\s.()/\u2066-\u2069-]{0,6}$/u);
    fc.assert(
      fc.property(fc.array(gap, { minLength: 11, maxLength: 11 }), fc.string(), (gaps, around) => {
        const body = `${around} ${[...'3015550195'].map((digit, index) => digit + gaps[index]).join('')}${around}`;
        const found = findPhoneNumber(REAL);
        const like = found && createNumberSpellings(found).like.replaceAll('%', '[^]*');
        expect(findIn(body, REAL) === undefined || new RegExp(`^${like}$`).test(body)).toBe(true);
      }),
    );
  });
});
