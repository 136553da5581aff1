// The tables of the sandbox's database, as a list of upgrade steps.

/**
 * The first tables. Money is in millionths of a dollar, times are milliseconds since 1970. `seq` numbers the rows of a
 * resource from 1 and is the end of their SIDs. JSON columns hold what is always read as a whole.
 */
const FIRST_TABLES = `
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

const RESOURCES_AROUND_MESSAGES = `
CREATE TABLE alerts (
  seq INTEGER PRIMARY KEY, sid TEXT NOT NULL, errorCode INTEGER NOT NULL, logLevel TEXT NOT NULL,
  message TEXT NOT NULL, requestUrl TEXT, requestMethod TEXT, resourceSid TEXT, serviceSid TEXT,
  requestVariables TEXT, responseBody TEXT, responseHeaders TEXT, createdAt INTEGER NOT NULL
);
CREATE TABLE services (
  seq INTEGER PRIMARY KEY, sid TEXT NOT NULL, friendlyName TEXT NOT NULL, settings TEXT NOT NULL,
  createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL
);
CREATE TABLE pooledNumbers (
  seq INTEGER PRIMARY KEY, sid TEXT NOT NULL, phoneNumber TEXT NOT NULL, serviceSid TEXT NOT NULL,
  createdAt INTEGER NOT NULL
);
CREATE UNIQUE INDEX pooledNumbersByNumber ON pooledNumbers (phoneNumber);
CREATE INDEX pooledNumbersByService ON pooledNumbers (serviceSid, seq);
CREATE TRIGGER numberReleased AFTER DELETE ON numbers BEGIN
  DELETE FROM pooledNumbers WHERE seq = OLD.seq;
END;
CREATE TABLE apiKeys (
  seq INTEGER PRIMARY KEY, sid TEXT NOT NULL, secretHash TEXT NOT NULL, friendlyName TEXT NOT NULL,
  createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL
);
CREATE TABLE media (
  seq INTEGER PRIMARY KEY, sid TEXT NOT NULL, messageSid TEXT NOT NULL, contentType TEXT NOT NULL,
  url TEXT NOT NULL, createdAt INTEGER NOT NULL
);
CREATE INDEX mediaByMessage ON media (messageSid, seq);
CREATE TABLE complianceGaps (sender TEXT NOT NULL, lack TEXT NOT NULL, PRIMARY KEY (sender, lack));
ALTER TABLE messages ADD COLUMN serviceSid TEXT;
ALTER TABLE messages ADD COLUMN refusal INTEGER;
CREATE INDEX messagesByService ON messages (serviceSid, recipient, seq) WHERE serviceSid IS NOT NULL;
CREATE TRIGGER serviceDeleted AFTER DELETE ON services BEGIN
  DELETE FROM pooledNumbers WHERE serviceSid = OLD.sid;
END;
`;

const PHONES_THAT_TEXT = `
CREATE TABLE optOuts (scope TEXT NOT NULL, phone TEXT NOT NULL, PRIMARY KEY (scope, phone));
ALTER TABLE texts ADD COLUMN mediaUrls TEXT NOT NULL DEFAULT '[]';
ALTER TABLE phones ADD COLUMN callbacks TEXT NOT NULL DEFAULT 'once';
`;

const VOICE = `
CREATE TABLE calls (
  seq INTEGER PRIMARY KEY, sid TEXT NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL, direction TEXT NOT NULL,
  status TEXT NOT NULL, parentSid TEXT, numberSid TEXT, price INTEGER, createdAt INTEGER NOT NULL,
  updatedAt INTEGER NOT NULL, startedAt INTEGER, answeredAt INTEGER, endedAt INTEGER
);
CREATE INDEX callsByParent ON calls (parentSid, seq) WHERE parentSid IS NOT NULL;
CREATE INDEX callsUnderWay ON calls (endedAt) WHERE endedAt IS NULL;
CREATE TABLE recordings (
  seq INTEGER PRIMARY KEY, sid TEXT NOT NULL, callSid TEXT NOT NULL, source TEXT NOT NULL, words TEXT NOT NULL,
  duration INTEGER NOT NULL, startedAt INTEGER NOT NULL, createdAt INTEGER NOT NULL
);
CREATE INDEX recordingsByCall ON recordings (callSid, seq);
CREATE TABLE callLog (
  seq INTEGER PRIMARY KEY, phone TEXT NOT NULL, callSid TEXT NOT NULL, direction TEXT NOT NULL, shown TEXT NOT NULL,
  state TEXT NOT NULL, heard TEXT NOT NULL, startedAt INTEGER NOT NULL, answeredAt INTEGER, endedAt INTEGER
);
CREATE INDEX callLogByPhone ON callLog (phone, seq);
ALTER TABLE phones ADD COLUMN calls TEXT NOT NULL DEFAULT 'answers';
`;

/**
 * `inTransit` is 2 while a text waits: for its scheduled time, its media or a slow phone. `dueAt` is the end of that wait
 * if known; `expiresAt` is the end of the validity period, if one was given.
 */
const TEXTS_THAT_WAIT = `
ALTER TABLE messages ADD COLUMN dueAt INTEGER;
ALTER TABLE messages ADD COLUMN expiresAt INTEGER;
ALTER TABLE phones ADD COLUMN slow INTEGER NOT NULL DEFAULT 0;
CREATE TABLE mediaFiles (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TRIGGER mediaDeleted AFTER DELETE ON media BEGIN
  DELETE FROM mediaFiles WHERE seq = OLD.seq;
END;
`;

/** Each text to another phone had to write a page of this index (docs/decisions/sandbox-store.md). */
const FEWER_INDEXES = `
DROP INDEX textsByPhone;
`;

const WITHHELD_NUMBERS = `
ALTER TABLE phones ADD COLUMN callerId TEXT NOT NULL DEFAULT 'shown';
`;

/**
 * `afterText` is the row of the newest received text at that moment, so that both kinds of texts have one order.
 * Assertions are settings of the user, not content: a reset keeps them.
 */
const WHAT_PHONES_SENT = `
CREATE TABLE sentTexts (
  seq INTEGER PRIMARY KEY, phone TEXT NOT NULL, sid TEXT, recipient TEXT NOT NULL, body TEXT NOT NULL,
  mediaUrls TEXT NOT NULL, afterText INTEGER NOT NULL, sentAt INTEGER NOT NULL
);
ALTER TABLE phones ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE callLog ADD COLUMN said TEXT NOT NULL DEFAULT '[]';
CREATE TABLE assertions (number TEXT PRIMARY KEY, allowed TEXT NOT NULL);
`;

/** Countries whose permission was changed; `isAllowed` is 0 or 1. */
const GEO_PERMISSIONS = `
CREATE TABLE geoPermissions (country TEXT PRIMARY KEY, isAllowed INTEGER NOT NULL);
`;

/** Earlier recordings of `<Dial>` had two channels, whatever its `record` said. */
const ALERT_POSITIONS_AND_CHANNELS = `
ALTER TABLE alerts ADD COLUMN lineNumber INTEGER;
ALTER TABLE alerts ADD COLUMN columnNumber INTEGER;
CREATE INDEX alertsByResource ON alerts (resourceSid) WHERE resourceSid IS NOT NULL;
ALTER TABLE recordings ADD COLUMN channels INTEGER NOT NULL DEFAULT 1;
UPDATE recordings SET channels = 2 WHERE source = 'DialVerb';
`;

/** The numbers that a phone blocks, as a JSON array. */
const BLOCKED_NUMBERS = `
ALTER TABLE phones ADD COLUMN blocked TEXT NOT NULL DEFAULT '[]';
`;

/**
 * The steps from an empty database to the current tables; `PRAGMA user_version` counts the steps that a database has
 * taken. Only append: databases with the earlier steps exist.
 */
export const SANDBOX_SCHEMA: readonly string[] = [
  FIRST_TABLES,
  RESOURCES_AROUND_MESSAGES,
  PHONES_THAT_TEXT,
  VOICE,
  TEXTS_THAT_WAIT,
  FEWER_INDEXES,
  WITHHELD_NUMBERS,
  WHAT_PHONES_SENT,
  GEO_PERMISSIONS,
  ALERT_POSITIONS_AND_CHANNELS,
  BLOCKED_NUMBERS,
];

/** All tables except the account's and the assertions: a reset empties them, a snapshot holds them. */
export const CONTENT_TABLES = [
  'numbers',
  'applications',
  'callerIds',
  'messages',
  'phones',
  'texts',
  'sentTexts',
  'alerts',
  'services',
  'pooledNumbers',
  'complianceGaps',
  'optOuts',
  'apiKeys',
  'media',
  'calls',
  'recordings',
  'callLog',
  'mediaFiles',
  'geoPermissions',
] as const;
