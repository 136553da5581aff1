// The JSON document that `requests clear` prints; its schema is the contract with scripts.
import * as z from 'zod';

/** The JSON document of `requests clear`. */
export const requestsClearReportSchema = z.object({
  command: z.literal('requests clear'),
  removed: z.number().describe('how many recorded requests were removed, refused ones included'),
  before: z.string().nullable().describe('ISO 8601: only older ones were removed; null: all'),
});

/** See {@link requestsClearReportSchema}. */
export type RequestsClearReport = z.infer<typeof requestsClearReportSchema>;
