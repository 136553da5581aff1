// Measures start-up, the whole sandbox init, smoke's story and a doctor's look against a bare Node.js start, in pairs, as ratios of medians.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { median, reportAtMost } from './figures.js';

const CLI = resolve(import.meta.dirname, '../bin/relay-phone.js');
const ROUNDS = 21;

const BARS = [
  { name: 'relay-phone --version', bar: 1.2, args: ['--version'] },
  { name: 'relay-phone --help', bar: 1.2, args: ['--help'] },
  { name: 'relay-phone init --sandbox --yes', bar: 5, args: ['init', '--sandbox', '--yes'] },
  { name: 'relay-phone smoke --sandbox', bar: 5.5, args: ['smoke', '--sandbox'] },
];

/** Prints a line for each command. */
export async function measure() {
  for (const { name, bar, args } of BARS)
    compare(name, bar, () => inFolder((cwd) => timed([CLI, ...args], cwd)));
  await inFolder(async (cwd) => {
    const end = await serve(cwd);
    try {
      compare('relay-phone doctor, all well', 20, () => timed([CLI, 'doctor'], cwd));
    } finally {
      await end();
    }
  });
}

/** @param {string} name @param {number} bar @param {() => number} run milliseconds of one run of ours */
function compare(name, bar, run) {
  const ours = [];
  const bare = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    // One after the other, so that both see the same noise; the first round only warms the caches.
    const [one, other] = [timed(['-e', '0'], tmpdir()), run()];
    if (round < 0) continue;
    bare.push(one);
    ours.push(other);
  }
  const figures = `${median(ours).toFixed(0)} ms, bare node -e 0 ${median(bare).toFixed(0)} ms`;
  reportAtMost(name, median(ours) / median(bare), bar, 'x', `medians of ${ROUNDS}: ${figures}`);
}

/** @template T @param {(cwd: string) => T} work what is done in an empty folder of its own */
function inFolder(work) {
  const cwd = mkdtempSync(join(tmpdir(), 'relay-phone-bench-'));
  const remove = () => rmSync(cwd, { recursive: true, force: true });
  const done = work(cwd);
  if (done instanceof Promise) return done.finally(remove);
  remove();
  return done;
}

/** @param {string[]} args @param {string} cwd @returns {number} milliseconds of the whole process */
function timed(args, cwd) {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  const took = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return took;
}

/** Sets up a sandbox and runs an app in it, which hosts it too. @param {string} cwd @returns ends it */
async function serve(cwd) {
  const port = await findPort();
  const base = ['--sandbox', '--yes', '--public-url', `http://127.0.0.1:${port}`];
  timed([CLI, 'init', ...base], cwd);
  const words = [CLI, 'serve', ...base, '--real-number', '+13015550195', '--port', String(port)];
  const child = spawn(process.execPath, words, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const chunk of child.stdout) if (String(chunk).includes('The relay is at')) break;
  return async () => {
    child.kill();
    await once(child, 'exit');
  };
}

/** @returns {Promise<number>} a port that is free */
async function findPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
