// Shows phones the numbers of others in every way, and expects an event for each, while it happens.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSandboxClient } from '../../../../test/support/sandbox-client.js';
import { startApp } from '../../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../../create.js';
import type { SandboxEvent } from '../../platform/events/event.js';

const MASK = '+12025550100';
const OWNER = '+13015550195';
const CONTACT = '+12125550190';
const STRANGER = '+12125550199';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox({ clock: 'manual' });
  client = createSandboxClient(sandbox);
  await client.incomingPhoneNumbers.create({ phoneNumber: MASK });
});
afterEach(() => sandbox.close());

type Exposure = Extract<SandboxEvent, { kind: 'exposure' }>;

const exposureEvents = () => sandbox.events({ kind: 'exposure' }) as readonly Exposure[];

/** What the events say, in the form of the list. */
const reported = () =>
  exposureEvents().map(({ phone, how, written, sid, excerpt, traceId, cause }) => ({
    ...{ phone, how, written, sid, excerpt, traceId },
    eventId: cause,
  }));

/** What the list says, without its moments. */
const listed = (number: string) => sandbox.exposures(number).map(({ at: _at, ...exposure }) => exposure);

/** Makes a phone known to the sandbox. */
const meet = (phone: string) => sandbox.phone(phone).text(MASK, 'Hello');

async function send(body: string, to = CONTACT, options = {}): Promise<void> {
  await client.messages.create({ from: MASK, to, body, ...options });
  await sandbox.clock.advance('1m');
}

async function call(twiml: string, from = MASK): Promise<void> {
  await client.calls.create({ from, to: CONTACT, twiml: `<Response>${twiml}</Response>` });
  await sandbox.clock.advance('1m');
}

describe('an exposure event', () => {
  it('follows the event that put a text with the number of another phone on a phone', async () => {
    await meet(OWNER);
    await send('Call (301) 555-0195!');
    const [reached] = sandbox.events({ kind: 'text.reached-phone' });
    expect(exposureEvents()).toEqual([
      {
        id: (reached?.id ?? 0) + 1,
        at: reached?.at,
        kind: 'exposure',
        traceId: reached?.traceId,
        cause: reached?.id,
        phone: CONTACT,
        number: OWNER,
        how: 'body',
        written: '(301) 555-0195',
        sid: sandbox.phone(CONTACT).texts()[0]?.sid,
        excerpt: 'Call (301) 555-0195!',
        assertionId: null,
      },
    ]);
    expect(reported()).toEqual(listed(OWNER));
  });

  it('names each text of a batch', async () => {
    await meet(OWNER);
    const bodies = ['Nothing', `One ${OWNER}`, 'Code 12345678', `Two ${OWNER}`];
    await Promise.all(bodies.map((body) => client.messages.create({ from: MASK, to: CONTACT, body })));
    await sandbox.clock.advance('1m');
    expect(reported()).toHaveLength(2);
    expect(reported()).toEqual(listed(OWNER));
  });

  it('does not follow a number that nobody has, that of the phone itself, or one that the account owns', async () => {
    for (const phone of [OWNER, CONTACT]) await meet(phone);
    await send(`${STRANGER} wrote to ${MASK}, which is ${CONTACT}`);
    await call(`<Say>${CONTACT} ${MASK} ${STRANGER}</Say>`);
    expect(exposureEvents()).toEqual([]);
  });

  it('does not follow a text that does not arrive', async () => {
    await meet(OWNER);
    sandbox.phone(CONTACT).behave({ texts: { undelivered: 30003 } });
    await send(OWNER);
    expect(exposureEvents()).toEqual([]);
  });

  it('follows a text from a number that has become a phone before it arrives', async () => {
    const [{ sid: released = '' } = {}] = await client.incomingPhoneNumbers.list();
    await client.messages.create({ from: MASK, to: CONTACT, body: 'Hello' });
    await client.incomingPhoneNumbers(released).remove();
    sandbox.phone(MASK).behave({});
    await sandbox.clock.advance('1m');
    expect(reported()).toEqual(listed(MASK));
    expect(reported()).toMatchObject([{ phone: CONTACT, how: 'sender', written: MASK, excerpt: 'Hello' }]);
  });

  it('follows a contact with the number', async () => {
    const app = await startApp(sandbox.authToken);
    onTestFinished(app.close);
    app.answer(() => ({ type: 'text/x-vcard', body: 'BEGIN:VCARD\nTEL:+1-301-555-0195\nEND:VCARD' }));
    await meet(OWNER);
    await send('A card', CONTACT, { mediaUrl: [`${app.origin}/a.vcf`] });
    expect(reported()).toEqual(listed(OWNER));
    expect(reported()).toMatchObject([{ how: 'media', written: '+1-301-555-0195' }]);
  });

  it.each(['answers', 'busy', 'no-answer'] as const)(
    'follows a call from the number to a phone that %s',
    async (calls) => {
      await client.validationRequests.create({ phoneNumber: OWNER });
      await sandbox.clock.advance('1m');
      await meet(OWNER);
      sandbox.phone(CONTACT).behave({ calls });
      await call('<Hangup/>', OWNER);
      expect(reported()).toEqual(listed(OWNER));
      expect(reported()).toMatchObject([{ phone: CONTACT, how: 'caller id', written: OWNER }]);
    },
  );

  it('follows each sentence, file and word that a phone hears', async () => {
    const app = await startApp(sandbox.authToken);
    onTestFinished(app.close);
    app.answer(() => ({ type: 'audio/mpeg', body: 'music' }));
    await meet(OWNER);
    const file = `${app.origin}/${OWNER}.mp3`;
    await call(`<Say>${OWNER}</Say><Say>Nobody</Say><Play>${file}</Play>`);
    expect(reported()).toEqual(listed(OWNER));
    expect(reported().map(({ how, excerpt }) => [how, excerpt])).toEqual([
      ['heard', OWNER],
      ['heard', file],
    ]);
  });

  it('does not become the cause of what follows in the call', async () => {
    await meet(OWNER);
    await call(`<Say>${OWNER}</Say><Say>Bye</Say>`);
    const ids = new Set(exposureEvents().map(({ id }) => id));
    expect(sandbox.events().filter(({ cause }) => cause !== null && ids.has(cause))).toEqual([]);
  });

  it.each([
    ['was texted', async () => send('Hello', OWNER)],
    [
      'was called',
      async () => void (await client.calls.create({ from: MASK, to: OWNER, twiml: '<Response/>' })),
    ],
    ['called', async () => void sandbox.phone(OWNER).call(MASK)],
    ['texted', async () => void (await meet(OWNER))],
    ['has a label', async () => sandbox.phone(OWNER).setLabel('Ann')],
  ])('knows a phone that %s, before and after the first search', async (_how, act) => {
    await act();
    await send(`One ${OWNER}`);
    expect(exposureEvents()).toHaveLength(1);
    sandbox.reset();
    await client.incomingPhoneNumbers.create({ phoneNumber: MASK });
    await send(`Nobody has ${OWNER}`);
    expect(exposureEvents()).toEqual([]);
    await act();
    await send(`Two ${OWNER}`);
    expect(exposureEvents()).toHaveLength(1);
  });

  it('is found in every usual spelling in which the list finds the number', async () => {
    const numbers = [
      '+13015550195',
      '+442079460123',
      '+61491570156',
      '+2908123',
      '+6834002',
      '+390612345678',
    ];
    for (const number of numbers) sandbox.phone(number).setLabel('Known');
    const gap = fc.constantFrom('', ' ', '-', '.', ' - ', '\u2011', '/', '\u2068', ') ');
    const start = fc.constantFrom('+', '00', '', '(', '+(');
    const written = fc.record({
      number: fc.constantFrom(...numbers),
      hasCode: fc.boolean(),
      start,
      zero: fc.constantFrom('', '0', '(0)', '0 '),
      gaps: fc.array(gap, { minLength: 14, maxLength: 14 }),
      around: fc.constantFrom('', 'Call ', '7', 'x12 ', '(', '📲', '12345 '),
    });
    const spell = ({
      number,
      hasCode,
      start,
      zero,
      gaps,
      around,
    }: typeof written extends fc.Arbitrary<infer T> ? T : never) => {
      const code = number.startsWith('+1')
        ? 1
        : number.startsWith('+2') || number.startsWith('+6834')
          ? 3
          : 2;
      const digits = [...number.slice(1 + (hasCode ? 0 : code))].map((digit, index) => digit + gaps[index]);
      return `${around}${hasCode ? start : zero}${digits.join('')}${around}`;
    };
    await fc.assert(
      fc.asyncProperty(fc.array(written, { minLength: 1, maxLength: 4 }), async (parts) => {
        const since = sandbox.events().at(-1)?.id ?? 0;
        const body = parts.map(spell).join(' and ').slice(0, 1500);
        await send(body);
        const [text] = sandbox.phone(CONTACT).texts().slice(-1);
        const fromEvents = sandbox
          .events({ kind: 'exposure', since })
          .map((event) => [(event as Exposure).number, (event as Exposure).written]);
        const fromList = numbers.flatMap((number) =>
          sandbox
            .exposures(number)
            .filter(({ sid }) => sid === text?.sid)
            .map((one) => [number, one.written]),
        );
        expect(fromEvents.toSorted()).toEqual(fromList.toSorted());
      }),
      { numRuns: 60 },
    );
  });
});

describe('a number that an assertion protects', () => {
  it('is reported although nobody has it, with the id of the assertion that it breaks', async () => {
    sandbox.assertShownOnlyTo(STRANGER, [OWNER]);
    await send(STRANGER, OWNER);
    await send(STRANGER);
    expect(exposureEvents().map(({ phone, assertionId }) => [phone, assertionId])).toEqual([
      [OWNER, null],
      [CONTACT, STRANGER],
    ]);
    sandbox.assertShownOnlyTo(STRANGER, [OWNER, CONTACT]);
    await send(STRANGER);
    expect(exposureEvents().at(-1)).toMatchObject({ phone: CONTACT, assertionId: null });
    sandbox.removeAssertion(STRANGER);
    await send(STRANGER);
    expect(exposureEvents()).toHaveLength(3);
  });

  it('is reported although the account owns it', async () => {
    sandbox.assertShownOnlyTo(MASK, []);
    await send('Hello');
    expect(exposureEvents()).toMatchObject([{ number: MASK, how: 'sender', assertionId: MASK }]);
  });
});
