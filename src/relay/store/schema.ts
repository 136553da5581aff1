// The tables of a relay: their migrations, and the removal of old rows.
import type { Schema, Store } from '../../state/database.js';

/**
 * Times are milliseconds since 1970. `usedTexts` and `usedSeconds` count from `cycleStartedAt`; `lastText` orders the
 * contacts by their last text. An outgoing row is open until it has an `endedAt`.
 */
const FIRST_TABLES = `
CREATE TABLE owners (
  id INTEGER PRIMARY KEY, realNumber TEXT NOT NULL UNIQUE, keepsLog INTEGER NOT NULL DEFAULT 1,
  createdAt INTEGER NOT NULL
);
CREATE TABLE masks (
  id INTEGER PRIMARY KEY, ownerId INTEGER NOT NULL, number TEXT NOT NULL UNIQUE, enabled INTEGER NOT NULL DEFAULT 1,
  cycleStartedAt INTEGER NOT NULL, usedTexts INTEGER NOT NULL DEFAULT 0, usedSeconds INTEGER NOT NULL DEFAULT 0,
  textsForwarded INTEGER NOT NULL DEFAULT 0, textsBlocked INTEGER NOT NULL DEFAULT 0,
  callsForwarded INTEGER NOT NULL DEFAULT 0, callsBlocked INTEGER NOT NULL DEFAULT 0, createdAt INTEGER NOT NULL
);
CREATE TABLE contacts (
  id INTEGER PRIMARY KEY, maskId INTEGER NOT NULL, number TEXT NOT NULL, blocked INTEGER NOT NULL DEFAULT 0,
  lastText INTEGER, texts INTEGER NOT NULL DEFAULT 0, textsBlocked INTEGER NOT NULL DEFAULT 0,
  calls INTEGER NOT NULL DEFAULT 0, callsBlocked INTEGER NOT NULL DEFAULT 0, lastAt INTEGER NOT NULL,
  UNIQUE (maskId, number)
);
CREATE INDEX contactsByLastText ON contacts (maskId, lastText);
CREATE TABLE answered (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL, subject TEXT NOT NULL, token TEXT, status INTEGER NOT NULL,
  type TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE (path, subject)
);
CREATE INDEX answeredByToken ON answered (path, token);
CREATE TABLE outgoing (
  id INTEGER PRIMARY KEY, lane TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, maskId INTEGER,
  sender TEXT NOT NULL DEFAULT '', recipient TEXT NOT NULL DEFAULT '', body TEXT NOT NULL DEFAULT '',
  mediaUrls TEXT NOT NULL DEFAULT '[]', subject TEXT NOT NULL DEFAULT '', sid TEXT, attempts INTEGER NOT NULL DEFAULT 0,
  begunAt INTEGER, problem TEXT, createdAt INTEGER NOT NULL, endedAt INTEGER
);
CREATE INDEX outgoingOpen ON outgoing (lane, id) WHERE endedAt IS NULL;
CREATE INDEX outgoingBySid ON outgoing (sid) WHERE sid IS NOT NULL;
CREATE TABLE receipts (sid TEXT PRIMARY KEY);
`;

const CONTACT_TIMES = `
ALTER TABLE contacts ADD COLUMN lastKind TEXT;
ALTER TABLE contacts ADD COLUMN lastTextAt INTEGER;
ALTER TABLE contacts ADD COLUMN lastCallAt INTEGER;
`;

/**
 * An owner of a mask has a verified phone. `code` was texted to the phone at `sentAt` and expires. `wishes` holds the
 * pending purchase.
 */
const PHONES_AND_PURCHASES = `
CREATE TABLE phones (
  id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT NOT NULL, code TEXT NOT NULL DEFAULT '', sentAt INTEGER, verifiedAt INTEGER
);
CREATE UNIQUE INDEX phonesVerified ON phones (number) WHERE verifiedAt IS NOT NULL;
INSERT INTO phones (id, number, verifiedAt) SELECT id, realNumber, createdAt FROM owners;
CREATE TRIGGER ownersAreVerified AFTER INSERT ON owners
WHEN NOT EXISTS (SELECT 1 FROM phones WHERE number = new.realNumber AND verifiedAt IS NOT NULL)
BEGIN
  INSERT INTO phones (number, verifiedAt) VALUES (new.realNumber, new.createdAt);
END;
CREATE TABLE wishes (
  id INTEGER PRIMARY KEY CHECK (id = 1), number TEXT NOT NULL, realNumber TEXT NOT NULL, askedAt INTEGER NOT NULL
);
ALTER TABLE masks ADD COLUMN cardKey TEXT;
CREATE UNIQUE INDEX masksByCardKey ON masks (cardKey) WHERE cardKey IS NOT NULL;
`;

/**
 * Rows at the end of a table share a page; each entry of an index over random SIDs nearly always writes its own page.
 * So webhooks are looked up in memory.
 */
const FEWER_INDEXES = `
ALTER TABLE answered RENAME TO answeredBefore;
CREATE TABLE answered (id INTEGER PRIMARY KEY, entries TEXT NOT NULL, at INTEGER NOT NULL);
INSERT INTO answered SELECT id,
  json_array(json_array(path, subject, token, json_object('status', status, 'type', type, 'body', body))), at
  FROM answeredBefore;
DROP TABLE answeredBefore;
DROP INDEX contactsByLastText;
DROP INDEX outgoingOpen;
ALTER TABLE outgoing ADD COLUMN contactId INTEGER;
`;

/** The migrations, oldest first. Existing databases have run them: append new ones, never change one. */
export const RELAY_SCHEMA: readonly string[] = [
  FIRST_TABLES,
  CONTACT_TIMES,
  PHONES_AND_PURCHASES,
  FEWER_INDEXES,
];

/** A relay's database. */
export const RELAY_DATABASE: Schema = {
  owner: 'relay',
  content: 'its masks, contacts and unsent texts',
  steps: RELAY_SCHEMA,
};

/** The name of its file in the state folder. */
export const RELAY_DATABASE_FILE = 'relay.db';

const KEPT_MS = 30 * 24 * 60 * 60_000;

/**
 * Removes texts that were sent more than thirty days ago, and webhooks processed thirty days before the last one, because
 * catching up starts from the last one. Texts that were not sent stay.
 *
 * @param now milliseconds since 1970
 */
export function prune(store: Store, now: number): void {
  store
    .query(
      `DELETE FROM outgoing WHERE state = 'done' AND endedAt < ? AND NOT EXISTS (
         SELECT 1 FROM contacts WHERE contacts.id = contactId AND coalesce(lastText, 0) < outgoing.id)`,
    )
    .run(now - KEPT_MS);
  store.query('DELETE FROM answered WHERE at < (SELECT max(at) FROM answered) - ?').run(KEPT_MS);
}
