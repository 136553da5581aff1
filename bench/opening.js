// Measures createSandbox() and reset() against a bare Node.js start, in pairs, as ratios of medians.
import { spawnSync } from 'node:child_process';
import { start } from './child.js';
import { median, reportAtMost } from './figures.js';

const ROUNDS = 21;

/** Prints a line for each. */
export async function measure() {
  const times = { bare: [], opened: [], reset: [] };
  for (let round = -1; round < ROUNDS; round += 1) {
    const bare = timeBareStart();
    const { first, end } = await start('opening');
    await end();
    if (round < 0) continue;
    times.bare.push(bare);
    times.opened.push(first.opened);
    times.reset.push(first.reset);
  }
  report('createSandbox(), its modules loaded', times.opened, times.bare, 1);
  report('reset(), with a number and 100 texts', times.reset, times.bare, 0.1);
}

function report(name, ours, bare, bar) {
  const figures = `${median(ours).toFixed(1)} ms, bare node -e 0 ${median(bare).toFixed(1)} ms`;
  reportAtMost(name, median(ours) / median(bare), bar, 'x', `medians of ${ROUNDS}: ${figures}`);
}

function timeBareStart() {
  const start = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - start;
}
