// The JSON document of `play`; its schema is the contract with scripts.
import * as z from 'zod';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import { eventReportSchema, unsupportedUseSchema } from '../../../sandbox/report.js';
import type { PlayResult } from '../../../scenarios/play.js';
import type { Story } from '../../../scenarios/story.js';
import { problem } from '../../../setup/report.js';

/** What `play --json` prints; with `--watch` one a line, one for each play. */
export const playReportSchema = z.object({
  command: z.literal('play'),
  story: z.string().describe('its name, else the file'),
  file: z.string(),
  passed: z.boolean(),
  duration: z.number().describe('milliseconds, of all steps'),
  numbers: z.record(z.string(), z.string()).describe('the number behind each name'),
  steps: z.array(
    z.object({
      line: z.number().describe('of the file, from 1'),
      words: z.string().describe('what it does'),
      outcome: z.enum(['passed', 'failed', 'skipped']),
      duration: z.number().describe('milliseconds'),
      unmet: z
        .object({
          expected: z.string(),
          found: z.array(z.string()).describe('what was found instead, the best match first'),
        })
        .nullable()
        .describe('of an expectation that was not met'),
      problem: z.string().nullable().describe('why a step could not be run'),
    }),
  ),
  unsupported: z
    .array(unsupportedUseSchema.extend({ isExpected: z.boolean().describe('whether a step expected it') }))
    .describe('what the app asked for that the sandbox lacks'),
  hops: z.array(eventReportSchema).describe('when a step failed: the events since the last action'),
  error: problem.nullable(),
});

/** A document of {@link playReportSchema}. */
export type PlayReport = z.infer<typeof playReportSchema>;

/** Returns the document of one play. */
export function createPlayReport(
  story: Story,
  file: string,
  { steps, numbers, unsupported, error }: PlayResult,
  hops: readonly SandboxEvent[],
): PlayReport {
  return {
    command: 'play',
    story: story.name,
    file,
    passed: error === undefined,
    duration: steps.reduce((sum, { duration }) => sum + duration, 0),
    numbers: Object.fromEntries(numbers),
    steps: steps.map((step) => ({
      ...step,
      unmet: step.unmet && { ...step.unmet, found: [...step.unmet.found] },
    })),
    unsupported: [...unsupported],
    hops: hops.map((hop) => ({ ...hop })),
    error: error?.toJSON() ?? null,
  };
}
