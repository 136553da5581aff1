// Which phones have received something or been in a call.
import type { Store } from '../platform/database.js';

/** A phone that something has happened to. */
export interface PhoneSummary {
  readonly number: string;
  /** How many texts it holds. */
  readonly texts: number;
  /** How many calls its log has. */
  readonly calls: number;
  /** When the last text came or the last call began, ISO 8601. */
  readonly lastAt: string;
}

interface SummaryRow extends Omit<PhoneSummary, 'lastAt'> {
  readonly lastAt: number;
}

const SUMMARIES = `
SELECT number, sum(texts) AS texts, sum(calls) AS calls, max(at) AS lastAt FROM (
  SELECT phone AS number, count(*) AS texts, 0 AS calls, max(receivedAt) AS at, max(seq) AS last FROM texts GROUP BY phone
  UNION ALL
  SELECT phone, 0, count(*), max(startedAt), max(seq) FROM callLog GROUP BY phone
) GROUP BY number ORDER BY max(at) DESC, max(last) DESC`;

/** Gives a function that lists them, the one to which something happened last first. */
export function createSummaries(store: Store): () => readonly PhoneSummary[] {
  const summaries = store.query<SummaryRow>(SUMMARIES);
  return () =>
    summaries.all().map(({ lastAt, ...row }) => ({ ...row, lastAt: new Date(lastAt).toISOString() }));
}
