// Publishes the results of smoke for CI systems: JUnit XML, and GitHub's annotations and job summary.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { formatAnnotations, formatJobSummary } from '../../../checks/smoke/github.js';
import { formatJunit } from '../../../checks/smoke/junit.js';
import type { SmokeReport } from '../../../checks/smoke/report.js';
import { findSystemCode, RelayPhoneError } from '../../../errors.js';
import type { CommandContext } from '../../core/command-context.js';
import type { CliPorts } from '../../core/ports.js';

/**
 * Writes an empty JUnit file, so that a path that cannot be written is reported before the checks run.
 *
 * @param file undefined if no report was asked for
 * @returns a function that writes the report
 * @throws RelayPhoneError `usage` if the file cannot be written
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

/** Prints annotations and writes the job summary, if this is a job of GitHub Actions. */
export function reportToGithub(
  { ports: { environment }, screen }: CommandContext,
  report: SmokeReport,
): void {
  if (environment.GITHUB_ACTIONS !== 'true') return;
  for (const annotation of formatAnnotations(report)) screen.workflowCommand(annotation);
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
    tryNext: ['--junit FILE, in a folder that you may write to'],
    cause: error,
  });
}
