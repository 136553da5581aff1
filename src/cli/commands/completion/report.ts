// The JSON document of `completion`; its schema is the contract with scripts.
import * as z from 'zod';

/** What `completion --json` prints. */
export const completionReportSchema = z.object({
  command: z.literal('completion'),
  shell: z.enum(['bash', 'zsh', 'fish', 'powershell']),
  script: z.string().nullable().describe('the script for the shell; null if words were given'),
  candidates: z
    .array(z.object({ word: z.string(), description: z.string() }))
    .describe('what may stand in place of the last word that was given'),
  files: z.boolean().describe('true if a file may stand there'),
});

/** A document of {@link completionReportSchema}. */
export type CompletionReport = z.infer<typeof completionReportSchema>;
