// Runs the programs that a release needs, and keeps what they print for the report of a failure.
import { spawnSync } from 'node:child_process';

/**
 * @typedef {object} Problem what stops a release
 * @property {string} what what is wrong
 * @property {string} why why that stops a release, or what a program said
 * @property {readonly string[]} next what to do
 */

/** Ends a release. */
export class ReleaseFailure extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.what);
    this.problem = problem;
  }
}

/** What an outer npm, and the settings of a developer, would change. */
const OUTER =
  /^(npm_(config_(local_prefix|package)|package|lifecycle|command|execpath)|INIT_CWD|TWILIO_|NGROK_|RELAY_PHONE_|SITE_ORIGIN)/;

/** How many lines of a failed program are shown. */
const TAIL = 20;

/**
 * Runs a program to its end, without an outer npm's settings.
 *
 * @param {string} cwd
 * @param {readonly string[]} command the program and its arguments
 * @param {{ environment?: NodeJS.ProcessEnv, isShown?: boolean }} [options] `isShown`: its output goes to the terminal at once
 * @returns {{ stdout: string, stderr: string }}
 * @throws {ReleaseFailure} if it cannot be started, or does not exit with 0
 */
export function run(cwd, command, { environment = {}, isShown = false } = {}) {
  const { code, stdout, stderr } = tryRun(cwd, command, { environment, isShown });
  if (code === 0) return { stdout, stderr };
  const line = command.join(' ');
  throw new ReleaseFailure({
    what: `${line} failed with ${code}`,
    why: isShown ? 'its output is above' : lastLines(stderr.trim() === '' ? stdout : stderr),
    next: [`cd ${cwd} && ${line}`, 'fix the cause, commit it, and run npm run release again'],
  });
}

/**
 * The same, with the exit code instead of a failure.
 *
 * @param {string} cwd
 * @param {readonly string[]} command
 * @param {{ environment?: NodeJS.ProcessEnv, isShown?: boolean }} [options]
 * @returns {{ code: number | string, stdout: string, stderr: string }} the code of the error if it cannot be started
 */
export function tryRun(cwd, [program = '', ...args], { environment = {}, isShown = false } = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !OUTER.test(name));
  const { status, signal, error, stdout, stderr } = spawnSync(program, args, {
    cwd,
    env: { ...Object.fromEntries(inherited), ...environment },
    encoding: 'utf8',
    // On Windows npm is a batch file, which only a shell can start.
    shell: process.platform === 'win32' && program !== process.execPath,
    maxBuffer: 1e8,
    stdio: isShown ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
  });
  const code = status ?? signal ?? /** @type {NodeJS.ErrnoException} */ (error)?.code ?? 'no exit code';
  return { code, stdout: stdout ?? '', stderr: stderr ?? error?.message ?? '' };
}

/** @param {string} output */
function lastLines(output) {
  return output.trim().split('\n').slice(-TAIL).join('\n    ');
}
