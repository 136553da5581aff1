// Runs the built `doctor` and reads what it says.
import { expect } from 'vitest';
import { type DoctorReport, doctorReportSchema } from '../../../src/reports.js';
import type { RunOptions, Workspace } from '../workspace.js';

/** What one look gave. */
export interface Look {
  readonly code: number | null;
  readonly report: DoctorReport;
  /** Everything it printed. */
  readonly output: string;
}

/** A finding as the report has it. */
export type Reported = DoctorReport['checks'][number]['findings'][number];

/** Runs `doctor --json`. Nothing that is secret may be in what it prints. */
export async function look(
  workspace: Workspace,
  args: readonly string[],
  { secrets, ...options }: RunOptions & { readonly secrets: readonly string[] },
): Promise<Look> {
  const { code, stdout, stderr } = await workspace.run(['doctor', '--json', ...args], options);
  const output = stdout + stderr;
  for (const secret of secrets) expect(output).not.toContain(secret);
  expect(stdout, stderr).not.toBe('');
  return { code, report: doctorReportSchema.parse(JSON.parse(stdout)), output };
}

/** Everything that was found. */
export function findingsOf({ report }: Look): Reported[] {
  return report.checks.flatMap(({ findings }) => findings);
}
