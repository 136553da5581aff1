// The tables of a sandbox's world.

/** Raised with every change of {@link SCHEMA}; kept in the database as `PRAGMA user_version`. */
export const SCHEMA_VERSION = 1;

/**
 * All tables. Money is whole millionths of a dollar, times are milliseconds since 1970, `seq` numbers the rows
 * of a resource from 1 and is the tail of their SIDs, JSON columns hold what is only ever read whole.
 */
export const SCHEMA = `
CREATE TABLE account (
  sid TEXT PRIMARY KEY, authToken TEXT NOT NULL, friendlyName TEXT NOT NULL, type TEXT NOT NULL,
  status TEXT NOT NULL, balance INTEGER NOT NULL, openingBalance INTEGER NOT NULL,
  createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL
);
CREATE TABLE numbers (
  seq INTEGER PRIMARY KEY, sid TEXT NOT NULL, phoneNumber TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
  friendlyName TEXT NOT NULL, settings TEXT NOT NULL, createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL
);
CREATE TABLE applications (
  seq INTEGER PRIMARY KEY, sid TEXT NOT NULL, friendlyName TEXT NOT NULL, settings TEXT NOT NULL,
  createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL
);
CREATE TABLE callerIds (
  seq INTEGER PRIMARY KEY, sid TEXT NOT NULL, phoneNumber TEXT NOT NULL UNIQUE, friendlyName TEXT NOT NULL,
  createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL
);
CREATE TABLE messages (
  seq INTEGER PRIMARY KEY, sid TEXT NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL, body TEXT NOT NULL,
  segments INTEGER NOT NULL, mediaUrls TEXT NOT NULL, direction TEXT NOT NULL, status TEXT NOT NULL,
  errorCode INTEGER, price INTEGER NOT NULL, statusCallback TEXT, createdAt INTEGER NOT NULL,
  updatedAt INTEGER NOT NULL, sentAt INTEGER, inTransit INTEGER
);
CREATE INDEX messagesInTransit ON messages (inTransit) WHERE inTransit IS NOT NULL;
CREATE TABLE phones (number TEXT PRIMARY KEY, texts TEXT NOT NULL, errorCode INTEGER);
CREATE TABLE texts (
  seq INTEGER PRIMARY KEY, phone TEXT NOT NULL, sid TEXT NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL,
  body TEXT NOT NULL, receivedAt INTEGER NOT NULL
);
CREATE INDEX textsByPhone ON texts (phone, seq);
`;

/** The tables that a reset empties; the account stays, and gets its opening balance back. */
export const CONTENT_TABLES = [
  'numbers',
  'applications',
  'callerIds',
  'messages',
  'phones',
  'texts',
] as const;
