// Whether a variable of another process passes a test.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { someVariable } from './variables.js';

const NO_PROC = 'only Linux shows the environment of a process';

/** Starts a process that waits, with this environment. */
async function start(environment: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); process.stdin.resume()'], {
    env: environment,
  });
  onTestFinished(() => void child.kill());
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

it('looks at the values with which a process was started, and not at names', async ({ skip }) => {
  skip(process.platform !== 'linux', NO_PROC);
  const pid = await start({ PATH: process.env.PATH, HTTPS_PROXY: 'http://a:b@127.0.0.1:1', EMPTY: '' });
  expect(someVariable(pid, (value) => value.includes('a:b@'))).toBe(true);
  expect(someVariable(pid, (value) => value.includes('HTTPS_PROXY'))).toBe(false);
});

it('knows nothing of a process that has ended, or that shows no environment', async () => {
  const isAny = () => true;
  expect(someVariable(2 ** 30, isAny)).toBeUndefined();
  expect(someVariable(await start({}), (value) => value === 'nothing')).toBeUndefined();
});
