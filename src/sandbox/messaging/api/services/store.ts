// Messaging Services in their table.
import type { Store } from '../../../platform/database.js';
import { createSid } from '../../../platform/formats.js';
import { createCounter, createListing, type Numbered, type Window } from '../../../platform/table.js';
import type { WebhookSettings } from '../../../webhooks/settings.js';
import { readServiceSettings, type ServiceSettings } from './settings.js';

/** A Messaging Service. */
export interface MessagingService extends Numbered {
  readonly friendlyName: string;
  readonly settings: WebhookSettings;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface Row extends Omit<MessagingService, 'settings'> {
  readonly settings: string;
}

/** The table of Messaging Services. */
export interface ServiceStore {
  insert(friendlyName: string, settings: WebhookSettings, at: number): MessagingService;
  find(sid: string): MessagingService | undefined;
  /** The service whose pool an owned number is in. */
  findFor(phoneNumberSid: string): ServiceSettings | undefined;
  list(window: Window): MessagingService[];
  update(sid: string, friendlyName: string, settings: WebhookSettings, at: number): void;
  /** Its numbers leave it. @returns whether there was one. */
  remove(sid: string): boolean;
}

/** Opens the table of Messaging Services. */
export function createServiceStore(store: Store): ServiceStore {
  const nextRow = createCounter(store, 'services');
  const insert = store.query('INSERT INTO services VALUES (?, ?, ?, ?, ?, ?)');
  const find = store.query<Row>('SELECT * FROM services WHERE sid = ?');
  const findFor = store.query<Row>(
    'SELECT services.* FROM pooledNumbers JOIN services ON services.sid = serviceSid WHERE pooledNumbers.sid = ?',
  );
  const list = createListing<Row>(store, 'services');
  const update = store.query(
    'UPDATE services SET friendlyName = ?, settings = ?, updatedAt = ? WHERE sid = ?',
  );
  const remove = store.query('DELETE FROM services WHERE sid = ?');
  return {
    insert: (friendlyName, settings, at) => {
      const seq = nextRow();
      const sid = createSid('MG', seq);
      insert.run(seq, sid, friendlyName, JSON.stringify(settings), at, at);
      return { seq, sid, friendlyName, settings, createdAt: at, updatedAt: at };
    },
    find: (sid) => {
      const row = find.get(sid);
      return row && readRow(row);
    },
    findFor: (phoneNumberSid) => {
      const row = findFor.get(phoneNumberSid);
      return row && readServiceSettings(readRow(row));
    },
    list: (window) => list(window).map(readRow),
    update: (sid, friendlyName, settings, at) => {
      update.run(friendlyName, JSON.stringify(settings), at, sid);
    },
    remove: (sid) => remove.run(sid) > 0,
  };
}

function readRow(row: Row): MessagingService {
  return { ...row, settings: JSON.parse(row.settings) as WebhookSettings };
}
