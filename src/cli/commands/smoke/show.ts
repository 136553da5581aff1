// Shows the results of smoke: a table for each part, with the time of each check.
import type { CheckResult } from '../../../checks/run-checks.js';
import type { AnySmokeCheck } from '../../../checks/smoke/smoke-context.js';
import type { Screen } from '../../core/screen.js';
import { showCounts, showSkipped } from '../doctor/show.js';

/** Shows every check with outcome, time and reason, and the counts. @param skipReasons why checks were skipped */
export function showSmoke(
  screen: Screen,
  results: readonly CheckResult[],
  skipReasons: readonly string[],
): void {
  const width = Math.max(...results.map(({ id }) => id.length));
  for (const part of new Set(results.map(({ group }) => group))) {
    screen.title(part);
    const own = results.filter(({ group }) => group === part);
    for (const result of own) showRow(screen, result, width);
    showSkipped(
      screen,
      own.filter(({ state }) => state === 'skipped'),
    );
  }
  showCounts(screen, results);
  for (const why of skipReasons) screen.warn(`not checked: ${why}`);
}

function showRow(screen: Screen, result: CheckResult, width: number): void {
  const { id, state, milliseconds, summary, findings, notes } = result;
  const head = `${id.padEnd(width)}  ${`${milliseconds} ms`.padStart(8)}`;
  if (state === 'ok') screen.done(`${head}  ${summary}`);
  for (const { what, why, tryNext } of findings) {
    screen.fault(`${head}  ${what}`);
    screen.detail(why);
    screen.advice(tryNext);
  }
  for (const note of notes) screen.detail(note);
}

/** Lists the checks and what each one expects. */
export function showList(screen: Screen, checks: readonly AnySmokeCheck[]): void {
  const width = Math.max(...checks.map(({ id }) => id.length));
  for (const part of new Set(checks.map(({ group }) => group))) {
    screen.title(part);
    for (const { id, group, expects } of checks) {
      if (group === part) screen.line(`    ${id.padEnd(width)}  ${expects}`);
    }
  }
}
