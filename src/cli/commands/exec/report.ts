// The JSON document of `exec`; its schema is the contract with scripts.
import * as z from 'zod';
import { unsupportedUseSchema } from '../../../sandbox/report.js';

/** What `exec --json` prints. */
export const execReportSchema = z.object({
  command: z.literal('exec'),
  origin: z.string().describe('where the sandbox answers'),
  accountSid: z.string(),
  page: z.string().nullable().describe('the origin of its page in a browser; null without --page'),
  exitCode: z.int().nullable().describe('of the program; null with --print-env'),
  unsupported: z
    .array(unsupportedUseSchema)
    .readonly()
    .describe(
      'what was asked for meanwhile that the sandbox lacks; with --strict the command then ends with 6',
    ),
  environment: z
    .record(z.string(), z.string().nullable())
    .nullable()
    .describe(
      'with --print-env: the variables, secrets among them, null for one to remove; null where a program was run',
    ),
});

/** A document of {@link execReportSchema}. */
export type ExecReport = z.infer<typeof execReportSchema>;
