// Prints the summary of a test run: the reasons for skipped tests, and the numbers of passed, failed and skipped tests.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

/** The reasons that STRICT_SKIPS accepts. */
const ALLOWED = resolve(import.meta.dirname, '../allowed-skips.txt');

const NO_REASON = 'no reason was given';

/**
 * Prints the summary. With `STRICT_SKIPS` in the environment, as in `.ci/run`, the run fails for each reason that does
 * not start like a line of `test/allowed-skips.txt`.
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
        // Excluded by a name filter on the command line.
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
  // A line is the start of a reason, at least two spaces, and why that is acceptable.
  const beginnings = lines.flatMap((line) => (/^(#|$)/.test(line) ? [] : (line.split(/ {2,}/)[0] ?? [])));
  return beginnings.some((beginning) => reason.startsWith(beginning));
}

function write(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
