// Runs Twilio's Python SDK in a separate process, for tests on machines with Python and the package.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { SandboxAccess } from './sandbox-client.js';

const SESSION = resolve(import.meta.dirname, 'python_session.py');

/**
 * Runs the body of a Python function with the variable `client`, and returns its result, parsed from JSON. Throws an
 * exception of the SDK as `{ type, message }`, with `status`, `code`, `msg`, `method` and `uri` for a TwilioRestException.
 */
export type RunPython = (code: string) => Promise<unknown>;

/**
 * Starts Python with a client of this sandbox; it ends with the test.
 *
 * @param program the result of `findPython`
 */
export function startPython(program: string, { origin, accountSid, authToken }: SandboxAccess): RunPython {
  const { PATH } = process.env;
  const env = { PATH, SANDBOX_ORIGIN: origin, ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken };
  const child = spawn(program, [SESSION], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return async (code) => {
    child.stdin.write(`${JSON.stringify(code)}\n`);
    const { value = '{"bug":"Python ended"}' } = await lines.next();
    const { returned, raised, bug } = JSON.parse(value) as Record<string, unknown>;
    if (bug !== undefined) throw new Error(String(bug));
    if (raised !== undefined) throw raised;
    return returned;
  };
}
