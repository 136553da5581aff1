// The JSON document of `ci`; its schema is the contract with scripts.
import * as z from 'zod';
import { CI_SYSTEM_NAMES } from './systems.js';

/** What `ci --json` prints. */
export const ciReportSchema = z.object({
  command: z.literal('ci'),
  system: z.enum(CI_SYSTEM_NAMES),
  path: z.string().describe('the path of the file'),
  outcome: z
    .enum(['written', 'replaced', 'kept', 'planned', 'shown'])
    .describe('kept: the same file existed; planned: a dry run would write it; shown: with --stdout'),
  content: z.string().describe('the whole file'),
  next: z.array(z.string()).describe('what to do next'),
});

/** See {@link ciReportSchema}. */
export type CiReport = z.infer<typeof ciReportSchema>;
