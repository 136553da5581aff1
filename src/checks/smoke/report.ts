// The JSON documents of `smoke --json`. Their schemas are a contract with scripts.
import * as z from 'zod';
import { type CheckResult, countStates } from '../run-checks.js';
import { type AnySmokeCheck, SMOKE_PARTS } from './smoke-context.js';

const state = z.enum(['ok', 'warning', 'fault', 'skipped']);
const part = z.enum(SMOKE_PARTS);

/** The schema of the document that `smoke --json` prints. */
export const smokeReportSchema = z.object({
  command: z.literal('smoke'),
  milliseconds: z.number().describe('from the start of the first check to the end of the last'),
  checks: z.array(
    z.object({
      id: z.string().describe('one of those in docs/smoke-checks.md'),
      group: part,
      state,
      milliseconds: z.number(),
      summary: z.string().describe('what the check saw; for a skipped check why it was skipped'),
      waitsFor: z.string().nullable().describe('the check with a fault that must pass before this one runs'),
      notes: z.array(z.string()).describe('remarks, such as that a request was repeated, and why'),
      findings: z.array(
        z.object({
          id: z.string(),
          what: z.string(),
          why: z.string().describe('why it matters'),
          tryNext: z.array(z.string()).describe('what fixes it, most promising first'),
        }),
      ),
    }),
  ),
  counts: z.record(state, z.number()).describe('how many checks ended in each state'),
});

/** The document that `smoke --json` prints. */
export type SmokeReport = z.infer<typeof smokeReportSchema>;

/** The schema of the document that `smoke --list --json` prints. */
export const smokeListSchema = z.object({
  command: z.literal('smoke'),
  checks: z.array(z.object({ id: z.string(), group: part, looksAt: z.string(), needs: z.array(z.string()) })),
});

/** The document that `smoke --list --json` prints. */
export type SmokeList = z.infer<typeof smokeListSchema>;

/** Returns the document for the results. @param milliseconds how long all checks took */
export function createSmokeReport(results: readonly CheckResult[], milliseconds: number): SmokeReport {
  return {
    command: 'smoke',
    milliseconds: Math.round(milliseconds),
    checks: results.map((result) => ({
      id: result.id,
      group: part.parse(result.group),
      state: result.state,
      milliseconds: result.milliseconds,
      summary: result.summary,
      waitsFor: result.waitsFor ?? null,
      notes: [...result.notes],
      findings: result.findings.map(({ id, what, why, tryNext }) => ({
        id,
        what,
        why,
        tryNext: [...tryNext],
      })),
    })),
    counts: countStates(results),
  };
}

/** Returns the document that lists the checks. */
export function createSmokeList(checks: readonly AnySmokeCheck[]): SmokeList {
  return {
    command: 'smoke',
    checks: checks.map(({ id, group, expects, needs }) => ({
      id,
      group: part.parse(group),
      looksAt: expects,
      needs: [...needs],
    })),
  };
}

/** Returns why checks were skipped, each reason once, with its part. Leaves out checks that wait for a failed one. */
export function listSkipReasons({ checks }: SmokeReport): string[] {
  const skipped = checks.filter(({ state, waitsFor }) => state === 'skipped' && waitsFor === null);
  return [...new Set(skipped.map(({ group, summary }) => `${group}: ${summary}`))];
}
