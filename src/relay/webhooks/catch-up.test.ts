// Tests that texts are not lost while the relay is not running, with the sandbox as its Twilio.
import { expect, it } from 'vitest';
import { ANN, BOB, MASK, REAL, setUpRelay } from '../../../test/support/relay.js';

const PICTURE = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';

it('relays missed texts at the next start, in order and with their media', async () => {
  const { sandbox, relay, received, leave, come, told } = await setUpRelay();
  await sandbox.phone(ANN).text(MASK, 'held');
  await received(REAL, 1);
  leave();
  for (const body of ['1', '2', '3']) await sandbox.phone(ANN).text(MASK, body);
  await sandbox.phone(BOB).text(MASK, '4', { mediaUrls: [PICTURE] });
  await sandbox.phone(REAL).text(MASK, '0190: Back soon');
  come();
  await relay.start();
  expect((await received(REAL, 5)).toSorted()).toEqual([
    ...['1', '2', '3', 'held'].map((body) => `[Relay 📲 ${ANN}] ${body}`),
    `[Relay 📲 ${BOB}] 4`,
  ]);
  const ofAnn = sandbox
    .phone(REAL)
    .texts()
    .filter(({ body }) => body.includes(ANN));
  expect(ofAnn.map(({ body }) => body.at(-1))).toEqual(['d', '1', '2', '3']);
  const [picture] = sandbox
    .phone(REAL)
    .texts()
    .filter(({ body }) => body.includes(BOB));
  expect(picture?.mediaUrls).toHaveLength(1);
  expect(await received(ANN, 1)).toEqual(['Back soon']);
  expect(told).toContainEqual({ kind: 'caught-up', texts: 5 });
});

it('relays a missed text once, even if two starts find it', async () => {
  const { sandbox, relay, received, waitFor, leave, come } = await setUpRelay();
  leave();
  await sandbox.phone(ANN).text(MASK, 'Hello');
  come();
  await relay.start();
  await relay.start();
  await waitFor('forgotten');
  expect(relay.outgoing.countOpen()).toBe(0);
  expect(await received(REAL, 1)).toHaveLength(1);
});

it('does not relay texts from before the number became a mask', async () => {
  let ahead = 0;
  const shop = '+12025550101';
  const { client, relay, sandbox } = await setUpRelay({ now: () => Date.now() + ahead });
  await client.incomingPhoneNumbers.create({ phoneNumber: shop });
  await sandbox.phone(ANN).text(shop, 'Hello shop');
  ahead = 5000;
  relay.masks.add(shop, REAL);
  await relay.start();
  expect(relay.outgoing.countOpen()).toBe(0);
});

it('looks for missed texts again if Twilio does not answer', async () => {
  const { sandbox, relay, received, leave, come, told } = await setUpRelay();
  leave();
  await sandbox.phone(ANN).text(MASK, 'Hello');
  come();
  sandbox.fail({ method: 'GET', path: 'Messages', times: 2, answer: { status: 503 } });
  await relay.start();
  expect(told).toContainEqual(expect.objectContaining({ kind: 'postponed', what: 'missed texts' }));
  expect(await received(REAL, 1)).toEqual([`[Relay 📲 ${ANN}] Hello`]);
});

it('relays a text later whose webhook could not be written to the database', async () => {
  const bad = {
    purpose: 'notice',
    conversation: null as never,
    maskId: 1,
    sender: MASK,
    recipient: REAL,
  } as const;
  let isBroken = true;
  const { sandbox, relay, received, told } = await setUpRelay({
    emit: (event) => {
      told.push(event);
      // A row that no table takes, in the turn of the text: like a disk that is full.
      if (isBroken && event.kind === 'text.came') relay.outgoing.addText({ ...bad, body: '', mediaUrls: [] });
    },
  });
  const { webhook } = await sandbox.phone(ANN).text(MASK, 'Hello');
  expect(webhook?.status).toBe(500);
  expect(relay.masks.find(MASK)?.textsLeft).toBe(75);
  isBroken = false;
  expect(await received(REAL, 1)).toEqual([`[Relay 📲 ${ANN}] Hello`]);
  expect(relay.masks.find(MASK)?.textsLeft).toBe(74);
});
