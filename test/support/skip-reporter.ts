// The last lines of a run of the tests: what was skipped and why, and how many passed, failed and were skipped.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

/** What may be skipped where nothing else may be, with the reason for each. */
const ALLOWED = resolve(import.meta.dirname, '../allowed-skips.txt');

const NO_REASON = 'no reason was given';

/**
 * Prints them. With `STRICT_SKIPS` in the environment, as in `.ci/run`, the run fails by every reason that does not begin
 * as a line of `test/allowed-skips.txt` does.
 */
export class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    const skipped = new Map<string, { count: number; files: Set<string> }>();
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state] += 1;
        if (result.state !== 'skipped') continue;
        // Left out by the name that somebody asked for on the command line.
        if (!result.note && test.project.config.testNamePattern) continue;
        const reason = result.note ?? NO_REASON;
        const one = skipped.get(reason) ?? { count: 0, files: new Set() };
        skipped.set(reason, { count: one.count + 1, files: one.files.add(module.relativeModuleId) });
      }
    }
    const lines = [...skipped].map(
      ([reason, { count, files }]) => `  ${count} in ${[...files].join(', ')}: ${reason}`,
    );
    if (lines.length > 0) write(['', 'Skipped:', ...lines]);
    const wrong = process.env.STRICT_SKIPS ? [...skipped.keys()].filter((reason) => !isAllowed(reason)) : [];
    if (wrong.length > 0) {
      write([
        '',
        'Not to be skipped here, for test/allowed-skips.txt does not allow it:',
        ...wrong.map((one) => `  ${one}`),
      ]);
      process.exitCode = 1;
    }
    write(['', `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`]);
  }
}

function isAllowed(reason: string): boolean {
  const lines = readFileSync(ALLOWED, 'utf8').split('\n');
  // A line is the beginning of a reason, two spaces or more, and why that is all right.
  const beginnings = lines.flatMap((line) => (/^(#|$)/.test(line) ? [] : (line.split(/ {2,}/)[0] ?? [])));
  return beginnings.some((beginning) => reason.startsWith(beginning));
}

function write(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
