// Hands what smoke found to the CI system: a file of JUnit XML, GitHub's annotations, its summary of the job.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { formatAnnotations, formatJobSummary } from '../../../checks/smoke/github.js';
import { formatJunit } from '../../../checks/smoke/junit.js';
import type { SmokeReport } from '../../../checks/smoke/report.js';
import { findSystemCode, RelayPhoneError } from '../../../errors.js';
import type { CliPorts } from '../../core/ports.js';
import type { Screen } from '../../core/screen.js';

/**
 * Writes an empty file where the report will be, so that a place that cannot be written is known before anything is asked.
 *
 * @returns writes the report
 * @throws RelayPhoneError `usage` when it cannot be written
 */
export function openJunit(
  ports: CliPorts,
  file: string | undefined,
): (report: SmokeReport, startedAt: number) => void {
  if (file === undefined) return () => undefined;
  const path = resolve(ports.cwd, file);
  const write = (text: string) => {
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    } catch (error) {
      throw unwritable(path, error);
    }
  };
  write('');
  return (report, startedAt) => write(formatJunit(report, startedAt));
}

/** Tells GitHub, in a job of its. */
export function tellGithub({ environment }: CliPorts, screen: Screen, report: SmokeReport): void {
  if (environment.GITHUB_ACTIONS !== 'true') return;
  for (const annotation of formatAnnotations(report)) screen.line(annotation);
  const { GITHUB_STEP_SUMMARY: path } = environment;
  if (!path) return;
  try {
    appendFileSync(path, formatJobSummary(report));
  } catch (error) {
    screen.warn(`GITHUB_STEP_SUMMARY cannot be written (${findSystemCode(error) ?? String(error)})`);
  }
}

function unwritable(path: string, error: unknown): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'write the JUnit report',
    reason: `${path} cannot be written (${findSystemCode(error) ?? String(error)})`,
    tryNext: ['--junit FILE, in a folder that may be written to'],
    cause: error,
  });
}
