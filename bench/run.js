// Measures start-up and the whole sandbox init against a bare Node.js start, in pairs, and prints ratios of medians.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const CLI = resolve(import.meta.dirname, '../bin/relay-phone.js');
const ROUNDS = 21;

const BARS = [
  { name: 'relay-phone --version', bar: 1.3, args: ['--version'] },
  { name: 'relay-phone --help', bar: 1.3, args: ['--help'] },
  { name: 'relay-phone init --sandbox --yes', bar: 7, args: ['init', '--sandbox', '--yes'] },
];

let missed = 0;
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
  const ratio = median(ours) / median(bare);
  if (ratio > bar) missed += 1;
  const figures = `${median(ours).toFixed(0)} ms, bare node -e 0 ${median(bare).toFixed(0)} ms`;
  process.stdout.write(`${name}: ${ratio.toFixed(2)} x (bar ${bar} x; medians of ${ROUNDS}: ${figures})\n`);
}
process.exitCode = missed === 0 ? 0 : 1;

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

/** @param {number[]} values @returns {number} */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
