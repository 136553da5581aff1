// The JSON documents that the sandbox commands print; their schemas are the contract with scripts.
import { z } from 'zod';

/** What `sandbox --json` prints once it accepts requests. */
export const sandboxReportSchema = z.object({
  command: z.literal('sandbox'),
  origin: z.string().describe('where it answers'),
  port: z.number(),
  accountSid: z.string(),
});

/** See {@link sandboxReportSchema}. */
export type SandboxReport = z.infer<typeof sandboxReportSchema>;

/** What `sandbox phones --json` prints. */
export const phonesReportSchema = z.object({
  command: z.literal('sandbox phones'),
  phones: z.array(
    z.object({
      number: z.string(),
      texts: z
        .array(
          z.object({
            sid: z.string(),
            from: z.string(),
            to: z.string(),
            body: z.string(),
            receivedAt: z.string().describe('ISO 8601'),
          }),
        )
        .describe('oldest first'),
    }),
  ),
});

/** See {@link phonesReportSchema}. */
export type PhonesReport = z.infer<typeof phonesReportSchema>;
