// Running a short program: output, exit code, environment, timeout and abort.
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { type RunProgramOptions, runProgram } from './run.js';

const cwd = tmpdir();
const runNode = (script: string, options: Partial<RunProgramOptions> = {}) =>
  runProgram(process.execPath, ['-e', script], { cwd, ...options });

it('returns the output and the exit code of a program', async () => {
  const result = await runNode("console.log('out'); console.error('error'); process.exitCode = 7");
  expect(result).toEqual({ stdout: 'out\n', stderr: 'error\n', exitCode: 7, failureCode: undefined });
});

it('gives a program an empty standard input', async () => {
  expect(await runNode("process.stdin.on('end', () => console.log('end')).resume()")).toMatchObject({
    stdout: 'end\n',
    exitCode: 0,
  });
});

it('gives a program only the named environment', async () => {
  const { stdout } = await runNode('console.log(Object.keys(process.env).sort().join())', {
    environment: { ONE: '1', TWO: undefined, PATH: '/bin' },
  });
  expect(stdout).toMatch(/^ONE,PATH\b/);
  expect(stdout).not.toMatch(/TWO|HOME/);
});

it('returns the failure code of a program that cannot be started', async () => {
  const result = await runProgram('no-such-program', [], { cwd });
  expect(result).toEqual({ stdout: '', stderr: '', exitCode: undefined, failureCode: 'ENOENT' });
});

it('ends a program and its children after the timeout', async () => {
  // The child inherits stdout, so the result comes only after it has ended too. It must have started by then.
  const script = `require('node:child_process').spawn(process.execPath, ['-e', process.argv[1]], { stdio: 'inherit' });
    setInterval(() => undefined, 1000)`;
  const args = ['-e', script, 'setInterval(() => undefined, 1000)'];
  const result = await runProgram(process.execPath, args, { cwd, timeoutMs: 3000 });
  expect(result).toMatchObject({ exitCode: undefined, failureCode: 'ETIMEDOUT' });
});

it('ends a program when the signal aborts, and starts none after that', async () => {
  const over = new AbortController();
  const running = runNode('setInterval(() => undefined, 1000)', { signal: over.signal });
  setTimeout(() => over.abort(), 100);
  expect(await running).toMatchObject({ exitCode: undefined, failureCode: 'ABORT_ERR' });
  expect(await runNode('0', { signal: over.signal })).toMatchObject({ failureCode: 'ABORT_ERR' });
});
