// Measures what exec adds: to the start of a program, and to a request of the SDK for Python.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { median, reportAtMost } from './figures.js';

const CLI = resolve(import.meta.dirname, '../bin/relay-phone.js');
const PROGRAM = join(import.meta.dirname, 'processes/fetch_twice.py');
/** Where `.ci/run` puts a Python with the SDK. */
const PYTHON = resolve(import.meta.dirname, '../node_modules/.cache/relay-phone/python/bin/python');
const ROUNDS = 21;
const [TURNS, EACH] = [21, 50];

/** Prints a line for each. */
export function measure() {
  measureStart();
  measureRequests();
}

/** With a sandbox that is set up; `true` is a program that does nothing. */
function measureStart() {
  const cwd = mkdtempSync(join(tmpdir(), 'relay-phone-bench-'));
  const times = { bare: [], nothing: [], exec: [] };
  for (let round = -1; round < ROUNDS; round += 1) {
    const bare = timed(cwd, process.execPath, ['-e', '0']);
    const nothing = timed(cwd, 'true', []);
    const exec = timed(cwd, process.execPath, [CLI, 'exec', '--', 'true']);
    if (round < 0) continue;
    times.bare.push(bare);
    times.nothing.push(nothing);
    times.exec.push(exec);
  }
  rmSync(cwd, { recursive: true, force: true });
  const added = median(times.exec) - median(times.nothing);
  const figures = `${added.toFixed(0)} ms, bare node -e 0 ${median(times.bare).toFixed(0)} ms`;
  reportAtMost('exec -- true', added / median(times.bare), 3.5, 'x', `medians of ${ROUNDS}: ${figures}`);
}

function measureRequests() {
  if (!existsSync(PYTHON)) return void process.stdout.write(`SKIPPED a request of Python: no ${PYTHON}\n`);
  const cwd = mkdtempSync(join(tmpdir(), 'relay-phone-bench-'));
  const args = [CLI, 'exec', '--', PYTHON, PROGRAM, String(TURNS), String(EACH)];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  rmSync(cwd, { recursive: true, force: true });
  if (status !== 0) throw new Error(`exec ended with ${status}: ${stderr}`);
  const { intercepted, plain } = JSON.parse(stdout);
  const figures = `${median(intercepted).toFixed(2)} ms, plain ${median(plain).toFixed(2)} ms`;
  const details = `medians of ${TURNS} turns of ${EACH}: ${figures}`;
  reportAtMost('a request of Python', median(intercepted) / median(plain), 1.5, 'x', details);
}

/** @returns {number} milliseconds of the whole process */
function timed(cwd, program, args) {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  const took = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return took;
}
