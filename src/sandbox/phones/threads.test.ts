// Reads conversations of phones: both directions in one order, page by page.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { startApp } from '../../../test/support/webhook-app.js';
import { createControlClient } from '../control/client.js';
import { createSandbox, type Sandbox } from '../create.js';

const MASK = '+12025550100';
const OTHER_MASK = '+12025550101';
const PHONE = '+12125550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox({ clock: 'manual' });
  client = createSandboxClient(sandbox);
  for (const phoneNumber of [MASK, OTHER_MASK]) await client.incomingPhoneNumbers.create({ phoneNumber });
});
afterEach(() => sandbox.close());

async function send(body: string, from = MASK): Promise<string> {
  const { sid } = await client.messages.create({ from, to: PHONE, body });
  await sandbox.clock.advance('1s');
  return sid;
}

const phone = () => sandbox.phone(PHONE);
const bodies = (withNumber = MASK) =>
  phone()
    .thread(withNumber)
    .map(({ direction, body }) => [direction, body]);

describe('a thread', () => {
  it('has the texts of both directions in order, also those of the same millisecond', async () => {
    await phone().text(MASK, 'One');
    await send('Two');
    await phone().text(MASK, 'HELP');
    await phone().text(MASK, 'Four');
    await phone().text(OTHER_MASK, 'To another number');
    await send('Five');
    expect(bodies('(202) 555-0100').map(([direction]) => direction)).toEqual([
      'sent',
      'received',
      'sent',
      'received',
      'sent',
      'received',
    ]);
    expect(bodies().filter((_, index) => index !== 3)).toEqual([
      ['sent', 'One'],
      ['received', 'Two'],
      ['sent', 'HELP'],
      ['sent', 'Four'],
      ['received', 'Five'],
    ]);
    expect(bodies(PHONE)).toEqual([]);
  });

  it('leads from each text to its message, its trace and its event', async () => {
    const { messageSid, traceId } = await phone().text(MASK, 'Hello');
    const sid = await send('Hi');
    const [sent, received] = phone().thread(MASK);
    const idOf = (kind: 'text.received' | 'text.reached-phone') => sandbox.events({ kind })[0]?.id;
    expect(sent).toEqual({
      position: '0.1',
      direction: 'sent',
      sid: messageSid,
      from: PHONE,
      to: MASK,
      body: 'Hello',
      mediaUrls: [],
      media: [],
      at: expect.any(String),
      traceId,
      eventId: idOf('text.received'),
    });
    expect(received).toMatchObject({ sid, from: MASK, to: PHONE, eventId: idOf('text.reached-phone') });
  });

  it('keeps texts whose message the account has deleted, and that no message resource was made for', async () => {
    const { messageSid } = await phone().text(MASK, 'Deleted');
    await client.messages(messageSid ?? '').remove();
    const service = await client.messaging.v1.services.create({ friendlyName: 'Relay' });
    const [{ sid: phoneNumberSid = '' } = {}] = await client.incomingPhoneNumbers.list({ phoneNumber: MASK });
    await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid });
    await phone().text(MASK, 'Lost');
    expect(phone().thread(MASK)).toMatchObject([
      { body: 'Deleted', sid: messageSid },
      { body: 'Lost', sid: null, traceId: null, eventId: null },
    ]);
    expect(phone().sent()).toMatchObject([{ body: 'Deleted' }, { body: 'Lost', sid: null }]);
  });

  it('has the media of sent texts, without the data of their URLs', async () => {
    const app = await startApp(sandbox.authToken);
    onTestFinished(app.close);
    app.answer(() => ({ type: 'image/png', body: 'png' }));
    await phone().text(MASK, '', { mediaUrls: [`${app.origin}/a.png`, 'data:text/plain,hello'] });
    expect(phone().thread(MASK)).toMatchObject([
      {
        mediaUrls: [`${app.origin}/a.png`, 'data:text/plain,'],
        media: [{ contentType: 'image/png' }, { contentType: 'text/plain' }],
      },
    ]);
  });

  it('does not have a text that could not be sent', async () => {
    await expect(phone().text(MASK, '')).rejects.toThrow(/no body/);
    await expect(phone().text('+12025550102', 'Hello')).rejects.toThrow(/does not own/);
    expect([phone().sent(), phone().threads()]).toEqual([[], []]);
  });

  it('is emptied by a reset, and restored from a snapshot', async () => {
    await phone().text(MASK, 'One');
    await send('Two');
    const [snapshot, before] = [sandbox.snapshot(), bodies()];
    await phone().text(MASK, 'Three');
    sandbox.reset();
    expect([bodies(), sandbox.phones()]).toEqual([[], []]);
    sandbox.restore(snapshot);
    expect(bodies()).toEqual(before);
    expect(phone().thread(MASK)).toMatchObject([{ eventId: null }, { eventId: null }]);
    await phone().text(MASK, 'Four');
    expect(bodies().at(-1)).toEqual(['sent', 'Four']);
  });
});

describe('the threads of a phone', () => {
  it('are listed by their newest text, with counts', async () => {
    await phone().text(MASK, 'One');
    await send('Two', OTHER_MASK);
    await send('Three');
    await phone().text(MASK, 'Four');
    await sandbox.phone('+12125550191').text(MASK, 'Not mine');
    expect(phone().threads()).toMatchObject([
      { with: MASK, received: 1, sent: 2, last: { direction: 'sent', body: 'Four' } },
      { with: OTHER_MASK, received: 1, sent: 0, last: { direction: 'received', body: 'Two' } },
    ]);
  });
});

describe('the pages of a thread', () => {
  it('have every text once, the newest page first, also while new texts arrive', async () => {
    const control = createControlClient(sandbox);
    let count = 0;
    const act = async (isSent: boolean) => {
      count += 1;
      await (isSent ? phone().text(MASK, `${count}`) : send(`${count}`));
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { maxLength: 6 }),
        fc.integer({ min: 1, max: 5 }),
        async (acts, limit) => {
          for (const isSent of acts) await act(isSent);
          const all = bodies();
          const pages: string[][] = [];
          let before: string | undefined;
          do {
            const page = await control.thread(PHONE, MASK, {
              limit,
              ...(before !== undefined && { before }),
            });
            expect(page.texts.length).toBeLessThanOrEqual(limit);
            pages.unshift(page.texts.map(({ body }) => body));
            before = page.before ?? undefined;
            await act(true);
          } while (before !== undefined);
          expect(pages.flat()).toEqual(all.map(([, body]) => body));
        },
      ),
      { numRuns: 8 },
    );
  });

  it.each(['x', '1.', '-1', '1.2.3'])('refuse the position %j', async (before) => {
    await expect(createControlClient(sandbox).thread(PHONE, MASK, { before })).rejects.toMatchObject({
      kind: 'usage',
      reason: expect.stringContaining('position'),
    });
  });
});
