// The schema of replay edits in JSON. Loaded where edits are read, because zod is slow to load.
import * as z from 'zod';
import type { ReplayEdits } from './replay-edits.js';

/** A text, or null to remove what has the name. */
const changes = z.record(z.string(), z.string().nullable());

/** {@link ReplayEdits} as the body of a request. */
export const replayEditsSchema = z.strictObject({
  parameters: changes.exactOptional().describe('parameters to set; null removes one'),
  path: z.string().exactOptional().describe('another path, with or without a query'),
  headers: changes.exactOptional().describe('headers to set; null removes one'),
  body: z.string().exactOptional().describe('another body; not together with parameters'),
  signature: z
    .literal(['anew', 'none', 'broken'])
    .exactOptional()
    .describe('anew: valid for the edited request (default); broken: made with another token'),
}) satisfies z.ZodType<ReplayEdits>;
