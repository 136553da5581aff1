// Measures start-up and the whole sandbox init against a bare Node.js start, in pairs, as ratios of medians.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { median, reportAtMost } from './figures.js';

const CLI = resolve(import.meta.dirname, '../bin/relay-phone.js');
const ROUNDS = 21;

const BARS = [
  { name: 'relay-phone --version', bar: 1.3, args: ['--version'] },
  { name: 'relay-phone --help', bar: 1.3, args: ['--help'] },
  { name: 'relay-phone init --sandbox --yes', bar: 7, args: ['init', '--sandbox', '--yes'] },
];

/** Prints a line for each command. */
export function measure() {
  for (const { name, bar, args } of BARS) {
    const ours = [];
    const bare = [];
    for (let round = -1; round < ROUNDS; round += 1) {
      // One after the other, so that both see the same noise; the first round only warms the caches.
      const [one, other] = [timed(['-e', '0']), timed([CLI, ...args])];
      if (round < 0) continue;
      bare.push(one);
      ours.push(other);
    }
    const figures = `${median(ours).toFixed(0)} ms, bare node -e 0 ${median(bare).toFixed(0)} ms`;
    reportAtMost(name, median(ours) / median(bare), bar, 'x', `medians of ${ROUNDS}: ${figures}`);
  }
}

/** @param {string[]} args @returns {number} milliseconds of the whole process, in an empty folder of its own */
function timed(args) {
  const cwd = mkdtempSync(join(tmpdir(), 'relay-phone-bench-'));
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  const took = Number(process.hrtime.bigint() - start) / 1e6;
  rmSync(cwd, { recursive: true, force: true });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return took;
}
