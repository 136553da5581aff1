// Runs each example of docs/library.md, and compares what it prints with what stands under it.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PAGE = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');
const EXAMPLES = [...PAGE.matchAll(/^```js\n(.+?)^```\n\n```text\n(.+?)^```$/gms)].map(
  ([, code = '', output = '']) => ({ code, output }),
);

/** Runs a module from the standard input, in this package, which is then found by its own name. */
function run(code: string): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--input-type=module'],
      { cwd: ROOT },
      (_error, stdout, stderr) => resolve(stdout + stderr),
    );
    child.stdin?.end(code);
  });
}

describe('docs/library.md', () => {
  it('has an output for each example', () => {
    expect(EXAMPLES.length).toBeGreaterThan(4);
    expect(EXAMPLES).toHaveLength(PAGE.split('```js\n').length - 1);
  });

  it.each(EXAMPLES)('prints $output', async ({ code, output }) => {
    expect(await run(code)).toBe(output);
  });
});
