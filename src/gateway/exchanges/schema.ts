// The tables of a gateway, and how those of an older one become today's.

/** What was let through, and what was refused. `summary` is JSON: it is only ever read whole. Ids count over both. */
const COLUMN_DEFINITIONS = `
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, subject TEXT, summary TEXT NOT NULL,
  requestHead TEXT NOT NULL, answerHead TEXT NOT NULL, cut INTEGER NOT NULL, requestBody BLOB NOT NULL, answerBody BLOB NOT NULL
`;

const FIRST_TABLES = `
CREATE TABLE exchanges (${COLUMN_DEFINITIONS});
CREATE TABLE refusals (${COLUMN_DEFINITIONS});
`;

/** The steps from nothing to today's tables. Databases have them behind them: append, never change one. */
export const GATEWAY_SCHEMA: readonly string[] = [FIRST_TABLES];
