// Tests that a relay's tables are complete after its process was killed, although it writes some values later.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../state/database.js';
import { formatEmptyTwiml, formatRelayError } from '../http.js';
import { createContacts } from './contacts.js';
import { createMasks } from './masks.js';
import { createOutgoingTable } from './outgoing.js';
import { createProcessedWebhooks } from './processed-webhooks.js';
import { prune, RELAY_SCHEMA } from './schema.js';

const [MASK, REAL, ANN, BOB] = ['+12025550100', '+13015550195', '+12125550190', '+13055550191'] as const;
const DAY = 24 * 60 * 60_000;

let folder: string;
let now: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  now = Date.UTC(2026, 10, 22);
});

function open(name: string) {
  const store = openDatabase(join(folder, name), { owner: 'test', content: 'its rows', steps: RELAY_SCHEMA });
  onTestFinished(store.close);
  const clock = () => now;
  return {
    store,
    masks: createMasks(store, { texts: 75, seconds: 60, cycleMs: DAY }, clock),
    contacts: createContacts(store, clock),
    outgoing: createOutgoingTable(store, clock),
    answered: createProcessedWebhooks(store, clock),
  };
}

/** Opens a copy of the database as kill -9 leaves it. */
function openAfterDeath(name: string) {
  for (const suffix of ['', '-wal']) {
    const file = join(folder, name + suffix);
    if (existsSync(file)) copyFileSync(file, join(folder, `dead-${name}${suffix}`));
  }
  return open(`dead-${name}`);
}

type Tables = ReturnType<typeof open>;

function takeText({ masks, contacts, outgoing }: Tables, from: string, body = 'Hello'): number {
  const mask = masks.add(MASK, REAL);
  const contact = contacts.findOrCreate(mask, from);
  const id = outgoing.addText({
    purpose: 'forward',
    conversation: `${MASK} ${from}`,
    maskId: mask.id,
    sender: MASK,
    recipient: REAL,
    body,
    mediaUrls: [],
    contactId: contact?.id ?? null,
  });
  if (contact) contacts.countText(contact, id);
  masks.useTexts(mask.id, 1);
  return id;
}

describe('after the process was killed', () => {
  it('contacts have all their counted texts, and the last sender is known', async () => {
    const tables = open('relay.db');
    for (const from of [ANN, BOB, ANN]) {
      takeText(tables, from);
      now += 1000;
    }
    const mask = tables.masks.add(MASK, REAL);
    const bob = tables.contacts.findOrCreate(mask, BOB);
    if (bob) tables.contacts.countCall(bob);
    await tables.store.kept();
    // These are only written as outgoing texts, not as counters.
    takeText(tables, BOB);
    takeText(tables, ANN);
    await tables.store.kept();

    const { contacts, masks } = openAfterDeath('relay.db');
    expect(contacts.list()).toEqual(tables.contacts.list());
    expect(contacts.list().map(({ texts, calls }) => [texts, calls])).toEqual([
      [3, 0],
      [2, 1],
    ]);
    expect(contacts.findLastSender(mask.id)).toBe(ANN);
    expect(masks.find(MASK)?.textsLeft).toBe(70);
  });

  it('only the first text of a conversation is marked as possibly at Twilio', async () => {
    const tables = open('relay.db');
    const [first, second] = [takeText(tables, ANN), takeText(tables, ANN)];
    expect(tables.outgoing.findNext(`${MASK} ${ANN}`)).toMatchObject({ id: first, isFresh: true });
    await tables.store.kept();
    const { outgoing } = openAfterDeath('relay.db');
    const row = outgoing.findNext(`${MASK} ${ANN}`);
    expect(row).toMatchObject({ id: first, state: 'begun', isFresh: false });
    if (row) outgoing.end(row, 'done', { sid: 'SM1' });
    expect(outgoing.findNext(`${MASK} ${ANN}`)).toMatchObject({ id: second, state: 'waiting' });
  });

  it('processed webhooks have their response, by SID and by token', async () => {
    const { store, answered } = open('relay.db');
    const path = '/api/v1/inbound_sms';
    answered.add({ path, sid: 'SM1', token: 'one' }, formatEmptyTwiml(201));
    answered.add({ path, sid: 'SM2', token: undefined }, formatRelayError('xml', 400, 'No.'));
    await store.kept();
    const again = openAfterDeath('relay.db').answered;
    expect(again.find({ path, sid: 'SM1', token: undefined })).toEqual(formatEmptyTwiml(201));
    expect(again.find({ path, sid: 'SM9', token: 'one' })).toEqual(formatEmptyTwiml(201));
    expect(again.find({ path, sid: 'SM2', token: 'two' })?.status).toBe(400);
    expect(again.find({ path: '/api/v1/sms_status', sid: 'SM1', token: undefined })).toBeUndefined();
    expect([...again.listSids(path, now)]).toEqual(['SM1', 'SM2']);
    expect(again.findLastTime(path)).toBe(now);
  });
});

describe('pruning', () => {
  it('removes rows that ended long ago and keeps those that are still needed', async () => {
    const { store, outgoing, answered, contacts, ...rest } = open('relay.db');
    const tables = { store, outgoing, answered, contacts, ...rest };
    const path = '/api/v1/inbound_sms';
    for (const [index, state] of (['done', 'refused', 'done'] as const).entries()) {
      takeText(tables, ANN);
      answered.add({ path, sid: `SM${index}`, token: undefined }, formatEmptyTwiml(201));
      const row = outgoing.findNext(`${MASK} ${ANN}`);
      if (row) outgoing.end(row, state, { sid: `SM1${index}` });
      await store.kept();
      now += 20 * DAY;
    }
    contacts.flush();
    prune(store, now);
    const left = store.query<{ sid: string }>('SELECT sid FROM outgoing ORDER BY id').all();
    expect(left.map(({ sid }) => sid)).toEqual(['SM11', 'SM12']);
    expect([...answered.listSids(path, 0)]).toEqual(['SM1', 'SM2']);
  });
});
