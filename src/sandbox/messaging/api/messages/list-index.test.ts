// Lists messages by every filter: the index finds the same rows as the table.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, fetchRaw, waitForStatus } from '../../../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../../../create.js';
import { openStore } from '../../../platform/database.js';
import type { Window } from '../../../platform/table.js';
import { createListIndex, type ListIndex } from './list-index.js';
import type { MessageFilter } from './message.js';

const FROM = ['+12025550100', '+12025550101'] as const;
const TO = ['+12025550190', '+12025550191'] as const;
const DAY = 86_400_000;
const NOON = Date.UTC(2026, 2, 2, 12);

describe('the list of messages', () => {
  let sandbox: Sandbox;
  let client: ReturnType<typeof createSandboxClient>;

  beforeEach(async () => {
    sandbox = await createSandbox({ clock: 'manual', now: () => NOON });
    client = createSandboxClient(sandbox);
    for (const phoneNumber of FROM) await client.incomingPhoneNumbers.create({ phoneNumber });
  });
  afterEach(() => sandbox.close());

  const send = async (from: string, to: string) =>
    (await client.messages.create({ from, to, body: 'Hello' })).sid;
  const list = async (filter: Parameters<typeof client.messages.list>[0]) =>
    (await client.messages.list({ pageSize: 1, ...filter })).map(({ sid }) => sid);

  it('filters by To, From, DateSent, and all of them together, page by page', async () => {
    const yesterday = [await send(FROM[0], TO[0]), await send(FROM[1], TO[0]), await send(FROM[0], TO[1])];
    await sandbox.clock.advance('1d');
    const today = [await send(FROM[0], TO[0]), await send(FROM[1], TO[1])];
    await sandbox.clock.advance('1s');
    const [a, b, c] = yesterday;
    const [d, e] = today;
    const [first, second] = [new Date(NOON), new Date(NOON + DAY)];
    expect(await list({ to: TO[0] })).toEqual([d, b, a]);
    expect(await list({ from: FROM[1] })).toEqual([e, b]);
    expect(await list({ to: TO[0], from: FROM[0] })).toEqual([d, a]);
    expect(await list({ dateSent: first })).toEqual([c, b, a]);
    expect(await list({ dateSentAfter: second })).toEqual([e, d]);
    expect(await list({ dateSentBefore: second, to: TO[1] })).toEqual([c]);
    expect(await list({ dateSent: second, to: TO[1], from: FROM[0] })).toEqual([]);
    expect(await list({ to: '+12025550142' })).toEqual([]);
  });

  it('leaves out unsent messages when it filters by DateSent', async () => {
    const sid = await send(FROM[0], TO[0]);
    expect(await list({ dateSent: new Date(NOON) })).toEqual([]);
    await sandbox.clock.advance('1s');
    expect(await list({ dateSent: new Date(NOON) })).toEqual([sid]);
  });

  it('leaves out deleted messages, and is empty after a reset', async () => {
    const sids = [await send(FROM[0], TO[0]), await send(FROM[0], TO[0])];
    await sandbox.clock.advance('1s');
    await waitForStatus(client, sids[0] ?? '', 'delivered');
    await client.messages(sids[0] ?? '').remove();
    expect(await list({ to: TO[0] })).toEqual([sids[1]]);
    sandbox.reset();
    expect(await list({ to: TO[0] })).toEqual([]);
  });

  it.each(['SM1', `SM${'f'.repeat(32)}`, `SM${'0'.repeat(31)}1`])('does not contain %s', async (sid) => {
    await send(FROM[0], TO[0]);
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages/${sid}.json`;
    expect((await fetchRaw(sandbox, path)).status).toBe(404);
  });
});

describe('the list index', () => {
  const number = fc.constantFrom('a', 'b', 'c');
  const moment = fc.integer({ min: 0, max: 9 });
  const entry = fc.record({
    sender: number,
    recipient: number,
    sentAt: fc.option(moment),
    isRemoved: fc.boolean(),
  });
  const filter = fc.record(
    { sender: number, recipient: number, sentFrom: moment, sentBefore: moment },
    { requiredKeys: [] },
  );
  const row = fc.integer({ min: 0, max: 22 });
  const window = fc.oneof(
    fc.record({ limit: fc.integer({ min: 1, max: 5 }), offset: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ limit: fc.integer({ min: 1, max: 5 }), offset: fc.constant(0), olderThan: row }),
    fc.record({ limit: fc.integer({ min: 1, max: 5 }), offset: fc.constant(0), newerThan: row }),
  );

  it('finds the same rows as a scan, whether it was kept up to date or read from the table', () => {
    const store = openStore(':memory:');
    const property = fc.property(
      fc.array(entry, { maxLength: 20 }),
      filter,
      window,
      (entries, asked, part) => {
        const catalogue = createListIndex(store, 4);
        store.query('DELETE FROM messages').run();
        entries.forEach(({ sender, recipient, sentAt, isRemoved }, index) => {
          const seq = index + 1;
          catalogue.add({ seq, sender, recipient, sentAt: null });
          if (sentAt !== null) catalogue.markSent([{ seq }], sentAt);
          if (isRemoved) catalogue.remove(seq);
          else insert(seq, sender, recipient, sentAt);
        });
        const expected = find(entries, asked, part);
        expect(catalogue.choose(part, asked)).toEqual(expected);
        catalogue.forget();
        expect(catalogue.choose(part, asked)).toEqual(expected);
      },
    );
    const insert = (seq: number, sender: string, recipient: string, sentAt: number | null) =>
      store
        .query(`INSERT INTO messages (seq, sid, sender, recipient, body, segments, mediaUrls, direction, status, price,
          createdAt, updatedAt, sentAt) VALUES (?, '', ?, ?, '', 1, '[]', '', '', 0, 0, 0, ?)`)
        .run(seq, sender, recipient, sentAt);
    fc.assert(property, { numRuns: 500 });
    store.close();
  });

  type Entry = { sender: string; recipient: string; sentAt: number | null; isRemoved: boolean };

  function find(entries: Entry[], asked: MessageFilter, part: Window): ReturnType<ListIndex['choose']> {
    const rows = entries.flatMap(({ sender, recipient, sentAt, isRemoved }, index) => {
      const fits =
        !isRemoved &&
        (asked.sender ?? sender) === sender &&
        (asked.recipient ?? recipient) === recipient &&
        (asked.sentFrom === undefined || (sentAt !== null && sentAt >= asked.sentFrom)) &&
        (asked.sentBefore === undefined || (sentAt !== null && sentAt < asked.sentBefore));
      return fits ? [index + 1] : [];
    });
    const { limit, offset, olderThan = Number.POSITIVE_INFINITY, newerThan } = part;
    if (newerThan !== undefined)
      return rows
        .filter((seq) => seq > newerThan)
        .slice(0, limit)
        .reverse();
    return rows
      .filter((seq) => seq < olderThan)
      .reverse()
      .slice(offset, offset + limit);
  }
});
