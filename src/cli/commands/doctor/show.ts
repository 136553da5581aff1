// Shows the results of checks, and which fixes failed.
import type { RepairResult } from '../../../checks/doctor/repairs.js';
import { type CheckResult, countStates, type Finding } from '../../../checks/run-checks.js';
import type { Screen } from '../../core/screen.js';

/** Shows every check under the title of its group, and the counts. */
export function showResults(screen: Screen, results: readonly CheckResult[]): void {
  for (const group of new Set(results.map((result) => result.group))) {
    screen.title(group);
    const own = results.filter((one) => one.group === group);
    for (const result of own) showResult(screen, result);
    showSkipped(
      screen,
      own.filter(({ state }) => state === 'skipped'),
    );
  }
  showCounts(screen, results);
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
    showAdvice(screen, error.tryNext);
  }
}

function showResult(screen: Screen, { id, state, summary, findings }: CheckResult): void {
  if (state === 'ok') screen.done(`${id}: ${summary}`);
  for (const finding of findings) showFinding(screen, finding);
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
  showAdvice(screen, tryNext);
}

/** Shows what to do, most promising first. */
export function showAdvice(screen: Screen, tryNext: readonly string[]): void {
  for (const [index, way] of tryNext.entries()) screen.detail(`${index === 0 ? 'Try: ' : '     '}${way}`);
}
