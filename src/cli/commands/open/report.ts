// The JSON document of `open`; its schema is the contract with scripts.
import * as z from 'zod';

/** What `open --json` prints. */
export const openReportSchema = z.object({
  command: z.literal('open'),
  page: z.string().describe('the origin of the page'),
  mode: z.enum(['sandbox', 'live']).describe('what it shows: a sandbox, or the webhooks of a live account'),
  isOpened: z.boolean().describe('whether a browser was started'),
  address: z.string().nullable().describe('if no browser was started: lets one in, once and within a minute'),
});

/** A document of {@link openReportSchema}. */
export type OpenReport = z.infer<typeof openReportSchema>;
