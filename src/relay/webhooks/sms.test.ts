// Tests texts through a relay, with the sandbox as its Twilio.
import { describe, expect, it } from 'vitest';
import { ANN, BOB, MASK, REAL, setUpRelay } from '../../../test/support/relay.js';

const PICTURE = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';

describe('a text to a mask', () => {
  it('reaches the owner with its sender, and is deleted at Twilio after delivery', async () => {
    const { sandbox, client, received, waitFor, relay, alertCodes } = await setUpRelay();
    const { webhook } = await sandbox.phone(ANN).text(MASK, 'Hello');
    expect(webhook).toMatchObject({ status: 201, errorCode: null });
    await waitFor('forgotten');
    expect(await received(REAL, 1)).toEqual([`[Relay 📲 ${ANN}] Hello`]);
    expect(await client.messages.list({ to: REAL })).toEqual([]);
    expect(relay.masks.find(MASK)).toMatchObject({ textsLeft: 74 });
    expect(await alertCodes()).toEqual([]);
  });

  it('reaches the owner with its media, and in parts if the heading makes it too long', async () => {
    const { sandbox, received } = await setUpRelay();
    await sandbox.phone(ANN).text(MASK, 'Look', { mediaUrls: [PICTURE] });
    // Carriers deliver a text with media later than one without.
    await received(REAL, 1);
    await sandbox.phone(ANN).text(MASK, 'x'.repeat(1600));
    const [picture, ...parts] = await received(REAL, 3);
    expect(picture).toBe(`[Relay 📲 ${ANN}] Look`);
    expect(parts.join('').replaceAll(`[Relay 📲 ${ANN}] `, '')).toBe('x'.repeat(1600));
    expect(
      sandbox
        .phone(REAL)
        .texts()
        .map(({ mediaUrls }) => mediaUrls.length),
    ).toEqual([1, 0, 0]);
  });

  it('can be answered by the owner: the reply goes to the last sender, or to the contact that its prefix names', async () => {
    const { sandbox, received } = await setUpRelay();
    await sandbox.phone(ANN).text(MASK, 'I am Ann');
    await sandbox.phone(BOB).text(MASK, 'I am Bob');
    await sandbox.phone(REAL).text(MASK, 'Hi Bob');
    await sandbox.phone(REAL).text(MASK, '0190: Hi Ann', { mediaUrls: [PICTURE] });
    await sandbox.phone(REAL).text(MASK, `${BOB} And you?`);
    expect(await received(ANN, 1)).toEqual(['Hi Ann']);
    expect(await received(BOB, 2)).toEqual(['Hi Bob', 'And you?']);
    expect(sandbox.phone(ANN).texts()[0]?.media).toMatchObject([{ contentType: 'image/gif' }]);
    expect(sandbox.whoSaw(REAL)).toEqual([]);
  });

  it('is refused if the mask is out of texts, as are replies', async () => {
    const { sandbox, received, told } = await setUpRelay({
      allowance: { texts: 1, seconds: 0, cycleMs: 1e9 },
    });
    await sandbox.phone(ANN).text(MASK, 'One');
    const { webhook } = await sandbox.phone(ANN).text(MASK, 'Two');
    expect(webhook).toMatchObject({ status: 400, errorCode: 11217 });
    const reply = await sandbox.phone(REAL).text(MASK, 'Three');
    expect(reply.webhook).toMatchObject({ status: 400 });
    expect(await received(REAL, 1)).toEqual([`[Relay 📲 ${ANN}] One`]);
    expect(told.filter(({ kind }) => kind === 'text.dropped')).toHaveLength(2);
  });

  it('is relayed again when a new billing cycle begins', async () => {
    let now = Date.now();
    const { sandbox, relay } = await setUpRelay({
      allowance: { texts: 1, seconds: 0, cycleMs: 1000 },
      now: () => now,
    });
    await sandbox.phone(ANN).text(MASK, 'One');
    expect(relay.masks.find(MASK)?.textsLeft).toBe(0);
    now += 1000;
    expect(relay.masks.find(MASK)?.textsLeft).toBe(1);
    expect((await sandbox.phone(ANN).text(MASK, 'Two')).webhook).toMatchObject({ status: 201 });
  });
});

describe('a reply without a recipient', () => {
  it.each([
    ['Hi', 400, /^Not sent\. Nobody has texted/],
    ['0404: Hi', 200, /^Not sent\. None of your contacts .* 0404/],
  ])('%j is answered with a text to the owner', async (body, status, words) => {
    const { sandbox, received, relay } = await setUpRelay();
    const { webhook } = await sandbox.phone(REAL).text(MASK, body);
    expect(webhook).toMatchObject({ status });
    expect(await received(REAL, 1)).toEqual([expect.stringMatching(words)]);
    expect(relay.masks.find(MASK)?.textsLeft).toBe(75);
  });
});

it('counts a text that the owner opted out of as blocked, gives it back to the allowance, and can send it again', async () => {
  const { sandbox, received, waitFor, relay } = await setUpRelay();
  await sandbox.phone(ANN).text(MASK, 'Hello');
  await received(REAL, 1);
  await sandbox.phone(REAL).text(MASK, 'STOP');
  await sandbox.phone(ANN).text(MASK, 'Hello?');
  await waitFor('refused');
  expect(relay.masks.find(MASK)?.textsLeft).toBe(73);
  expect(relay.outgoing.listUnsent()).toMatchObject([{ body: `[Relay 📲 ${ANN}] Hello?`, state: 'refused' }]);
  await sandbox.phone(REAL).text(MASK, 'START');
  expect(relay.outgoing.resend()).toBe(1);
  relay.wake();
  expect((await received(REAL, 4)).at(-1)).toBe(`[Relay 📲 ${ANN}] Hello?`);
});

describe('an owner whose reply Twilio does not take is told so', () => {
  const NOBODY = /^Not sent to \+12125550190: .+ \(Twilio 21211\)\.$/;
  it.each([
    ['because the contact texted STOP', undefined, /^Not sent\. \+12125550190 texted STOP to this number/],
    ['because the contact cannot receive texts', { status: 400, code: 21211 }, NOBODY],
  ] as const)('%s', async (_why, answer, words) => {
    const { sandbox, relay, received, waitFor } = await setUpRelay();
    await sandbox.phone(ANN).text(MASK, 'Hello');
    await received(REAL, 1);
    if (answer) sandbox.fail({ method: 'POST', path: 'Messages', times: 1, answer });
    else sandbox.optOut({ phone: ANN, sender: MASK });
    await sandbox.phone(REAL).text(MASK, 'thanks');
    await waitFor('refused');
    expect((await received(REAL, 2)).at(-1)).toMatch(words);
    expect(sandbox.phone(ANN).texts()).toEqual([]);
    // Neither the reply nor the notice counts, and the reply can still be sent.
    expect(relay.masks.find(MASK)?.textsLeft).toBe(74);
    expect(relay.outgoing.listUnsent()).toMatchObject([{ body: 'thanks', state: 'refused' }]);
  });

  it('also if it was given up, but not about a notice of its own', async () => {
    const { sandbox, relay, received, waitFor } = await setUpRelay({ giveUpAfterMs: 0 });
    await sandbox.phone(ANN).text(MASK, 'Hello');
    await received(REAL, 1);
    sandbox.fail({ method: 'POST', path: 'Messages', times: 2, answer: { status: 503 } });
    await sandbox.phone(REAL).text(MASK, 'thanks');
    await waitFor('given-up', 2);
    expect(relay.outgoing.listUnsent()).toMatchObject([{ kind: 'reply' }, { kind: 'notice' }]);
  });
});
