// The table of TwiML apps.
import type { Store } from '../../platform/database.js';
import { createSid } from '../../platform/formats.js';
import { createCounter, createListing, type Numbered, type Window } from '../../platform/table.js';
import type { WebhookSettings } from '../../webhooks/settings.js';

/** A TwiML app. Times are milliseconds since 1970. */
export interface Application extends Numbered {
  readonly friendlyName: string;
  readonly settings: WebhookSettings;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface Row extends Omit<Application, 'settings'> {
  readonly settings: string;
}

/** The table of TwiML apps. */
export interface ApplicationStore {
  insert(friendlyName: string, settings: WebhookSettings, at: number): Application;
  find(sid: string): Application | undefined;
  list(window: Window, friendlyName: string | undefined): Application[];
  update(sid: string, friendlyName: string, settings: WebhookSettings, at: number): void;
  /** @returns true if it existed */
  remove(sid: string): boolean;
}

/** Opens the table of TwiML apps. */
export function createApplicationStore(store: Store): ApplicationStore {
  const nextRow = createCounter(store, 'applications');
  const insert = store.query('INSERT INTO applications VALUES (?, ?, ?, ?, ?, ?)');
  const find = store.query<Row>('SELECT * FROM applications WHERE sid = ?');
  const list = createListing<Row>(store, 'applications', '(:name IS NULL OR friendlyName = :name)');
  const update = store.query(
    'UPDATE applications SET friendlyName = ?, settings = ?, updatedAt = ? WHERE sid = ?',
  );
  const remove = store.query('DELETE FROM applications WHERE sid = ?');
  return {
    insert: (friendlyName, settings, at) => {
      const seq = nextRow();
      const sid = createSid('AP', seq);
      insert.run(seq, sid, friendlyName, JSON.stringify(settings), at, at);
      return { seq, sid, friendlyName, settings, createdAt: at, updatedAt: at };
    },
    find: (sid) => {
      const row = find.get(sid);
      return row && readRow(row);
    },
    list: (window, friendlyName) => list(window, { name: friendlyName ?? null }).map(readRow),
    update: (sid, friendlyName, settings, at) => {
      update.run(friendlyName, JSON.stringify(settings), at, sid);
    },
    remove: (sid) => remove.run(sid) > 0,
  };
}

function readRow(row: Row): Application {
  return { ...row, settings: JSON.parse(row.settings) as WebhookSettings };
}
