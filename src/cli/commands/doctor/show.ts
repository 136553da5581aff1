// Shows the results of checks, and which fixes failed.
import type { RepairResult } from '../../../checks/doctor/repairs.js';
import { type CheckResult, countStates, type Finding } from '../../../checks/run-checks.js';
import type { Screen } from '../../core/screen.js';

/**
 * Shows what is wrong first: faults, then warnings. What is right has one line for each group; with `verbose` each check
 * has a line. What was skipped and the counts are last.
 */
export function showResults(
  screen: Screen,
  results: readonly CheckResult[],
  { verbose = false }: { readonly verbose?: boolean } = {},
): void {
  const findings = results.flatMap((result) => result.findings);
  for (const [title, severity] of [
    ['Faults', 'fault'],
    ['Warnings', 'warning'],
  ] as const) {
    const own = findings.filter((finding) => finding.severity === severity);
    if (own.length > 0) screen.title(title);
    for (const finding of own) showFinding(screen, finding);
  }
  showRight(screen, results, verbose);
  const skipped = results.filter(({ state }) => state === 'skipped');
  if (skipped.length > 0) screen.title('Skipped');
  showSkipped(screen, skipped);
  showCounts(screen, results);
}

function showRight(screen: Screen, results: readonly CheckResult[], verbose: boolean): void {
  if (results.some(({ state }) => state === 'ok')) screen.title('Right');
  for (const group of new Set(results.map((result) => result.group))) {
    const run = results.filter((one) => one.group === group && one.state !== 'skipped');
    const right = run.filter(({ state }) => state === 'ok');
    if (verbose || right.length === 1) {
      for (const { id, summary, notes } of right) {
        screen.done(`${id}: ${summary}`);
        if (verbose) for (const note of notes) screen.detail(note);
      }
    } else if (right.length > 0)
      screen.done(
        `${group}: ${right.length === run.length ? `all ${run.length}` : `${right.length} of ${run.length}`} checks`,
      );
  }
}

/** Shows how many checks ended in each state. */
export function showCounts(screen: Screen, results: readonly CheckResult[]): void {
  const { fault, warning, ok, skipped } = countStates(results);
  screen.line(`Checks: ${fault} with faults, ${warning} with warnings, ${ok} right, ${skipped} skipped.`);
}

/** Shows the fixes of `--fix` that failed, and why. */
export function showFailures(screen: Screen, repaired: readonly RepairResult[]): void {
  for (const { error } of repaired) {
    if (!error) continue;
    screen.fault(`not fixed: ${error.message}`);
    screen.advice(error.tryNext);
  }
}

/** Shows skipped checks; those with the same reason share a line. */
export function showSkipped(screen: Screen, skipped: readonly CheckResult[]): void {
  for (const why of new Set(skipped.map(({ summary }) => summary))) {
    const ids = skipped.filter(({ summary }) => summary === why).map(({ id }) => id);
    screen.skipped(`${ids.join(', ')}: skipped, ${why}`);
  }
}

function showFinding(screen: Screen, { id, severity, what, why, tryNext }: Finding): void {
  screen[severity === 'fault' ? 'fault' : 'warn'](`${id}: ${what}`);
  screen.detail(why);
  screen.advice(tryNext);
}
