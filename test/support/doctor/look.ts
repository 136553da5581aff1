// Runs the built `doctor` and reads its report.
import { expect } from 'vitest';
import { type DoctorReport, doctorReportSchema } from '../../../src/reports.js';
import { DEADLINE } from '../deadline.js';
import type { RunOptions, Workspace } from '../workspace.js';

/** How long doctor waits for an answer: even a slow machine gives it in that time. */
const LIMIT = ['--timeout', String(DEADLINE / 1000)];

/** The result of one run. */
export interface Look {
  readonly code: number | null;
  readonly report: DoctorReport;
  /** Everything that it printed. */
  readonly output: string;
}

/** A finding in the report. */
export type Reported = DoctorReport['checks'][number]['findings'][number];

/** Runs `doctor --json`; `args` may set another time limit. Fails if it prints one of the secrets. */
export async function look(
  workspace: Workspace,
  args: readonly string[],
  { secrets, ...options }: RunOptions & { readonly secrets: readonly string[] },
): Promise<Look> {
  const { code, stdout, stderr } = await workspace.run(['doctor', '--json', ...LIMIT, ...args], options);
  const output = stdout + stderr;
  for (const secret of secrets) expect(output).not.toContain(secret);
  expect(stdout, stderr).not.toBe('');
  return { code, report: doctorReportSchema.parse(JSON.parse(stdout)), output };
}

/** Returns all findings of a run. */
export function findingsOf({ report }: Look): Reported[] {
  return report.checks.flatMap(({ findings }) => findings);
}
