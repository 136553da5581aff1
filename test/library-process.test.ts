// The library in a process of its own: with few permissions, and after its end.
import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = realpathSync(join(import.meta.dirname, '..'));
const [major = 0] = process.versions.node.split('.').map(Number);
const PERMISSION = major < 22 ? '--experimental-permission' : '--permission';

/** Runs a module in this package, which is then found by its own name. */
function run(flags: readonly string[], code: string): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--no-warnings', ...flags, '--input-type=module'],
      { cwd: ROOT },
      (error, stdout, stderr) => resolve({ exitCode: Number(error?.code ?? 0), output: stdout + stderr }),
    );
    child.stdin?.end(code);
  });
}

const program = (use: string) => `
  import { createSandbox } from 'relay-phone';
  const sandbox = await createSandbox();
  try {
    ${use}
  } catch (error) {
    console.log(error.message);
  }
  await sandbox.close();`;

describe('with few permissions', () => {
  it('a sandbox needs its native module and its own files', async () => {
    const use = `
      sandbox.number('+12025550100');
      sandbox.intercept();
      const { status } = await fetch('https://api.twilio.com/2010-04-01/Accounts.json');
      console.log(sandbox.numbers().length, status);`;
    const flags = [PERMISSION, '--allow-addons', `--allow-fs-read=${ROOT}`];
    expect(await run(flags, program(use))).toEqual({ exitCode: 0, output: '1 401\n' });
    const { exitCode, output } = await run([PERMISSION, `--allow-fs-read=${ROOT}`], program(use));
    expect(exitCode).toBe(1);
    expect(output).toContain('Node.js runs with --permission (ERR_DLOPEN_DISABLED)');
  });

  it('an environment needs to read everything, and to write temporary files', async () => {
    const use = 'console.log(Object.keys(await sandbox.environment()).length > 10)';
    const read = [PERMISSION, '--allow-addons', '--allow-fs-read=*'];
    const written = await run([...read, `--allow-fs-write=${realpathSync(tmpdir())}`], program(use));
    expect(written).toEqual({ exitCode: 0, output: 'true\n' });
    const { output } = await run(read, program(use));
    expect(output).toMatch(/FileSystemWrite to .*relay-phone-.* is not allowed/);
  });
});

it('a wait that nobody awaits neither ends the process after close, nor keeps it running', async () => {
  const use = `
    sandbox.phone('+12125550190').nextText({ timeout: 10 ** 8 });
    sandbox.nextEvent(() => false, { timeout: 10 ** 8 });`;
  expect(await run([], program(use))).toEqual({ exitCode: 0, output: '' });
});
