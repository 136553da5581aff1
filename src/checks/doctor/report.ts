// The JSON document of `doctor --json`. Its schema is a contract with scripts.
import * as z from 'zod';
import { type CheckResult, countStates } from '../run-checks.js';
import type { RepairResult } from './repairs.js';

const state = z.enum(['ok', 'warning', 'fault', 'skipped']);

const check = z.object({
  id: z.string(),
  group: z.string(),
  state,
  summary: z.string().describe('what the check saw; for a skipped check why it was skipped'),
  waitsFor: z.string().nullable().describe('the check with a fault that must pass before this one runs'),
  findings: z.array(
    z.object({
      id: z.string().describe('one of those in docs/doctor-findings.md'),
      severity: z.enum(['warning', 'fault']),
      what: z.string(),
      why: z.string().describe('why it matters'),
      tryNext: z.array(z.string()).describe('what fixes it, most promising first'),
      isFixable: z.boolean().describe('true if --fix fixes it'),
    }),
  ),
});

/** The schema of the document that `doctor --json` prints. */
export const doctorReportSchema = z.object({
  command: z.literal('doctor'),
  target: z.enum(['live', 'sandbox']).nullable().describe('null if nothing is set up'),
  checks: z.array(check).describe('with --fix: the results after the fixes'),
  fixed: z
    .array(
      z.object({
        id: z.enum(['state-folder', 'setup', 'twiml-app', 'env-hosts']),
        findings: z.array(z.string()).describe('the ids of the findings that it fixes'),
        isDone: z.boolean(),
        error: z.string().nullable().describe('why it failed'),
      }),
    )
    .describe('what --fix did'),
  counts: z.record(state, z.number()).describe('how many checks ended in each state'),
});

/** The document that `doctor --json` prints. */
export type DoctorReport = z.infer<typeof doctorReportSchema>;

/** Returns the document for the results of the checks and of the repairs. */
export function createDoctorReport(
  target: DoctorReport['target'],
  results: readonly CheckResult[],
  repaired: readonly RepairResult[],
): DoctorReport {
  return {
    command: 'doctor',
    target,
    checks: results.map(formatResult),
    fixed: repaired.map(({ id, findings, error }) => ({
      id,
      findings: [...findings],
      isDone: error === undefined,
      error: error?.message ?? null,
    })),
    counts: countStates(results),
  };
}

function formatResult(result: CheckResult): DoctorReport['checks'][number] {
  const { id, group, state, summary, findings, waitsFor } = result;
  return {
    id,
    group,
    state,
    summary,
    waitsFor: waitsFor ?? null,
    findings: findings.map(({ id, severity, what, why, tryNext, repair }) => ({
      id,
      severity,
      what,
      why,
      tryNext: [...tryNext],
      isFixable: repair !== undefined,
    })),
  };
}
