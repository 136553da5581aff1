// Runs the pytest suite of an example Django app in the sandbox: by itself, under exec, and with a bug in the app.
import { cpSync, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { findPython, NO_PYTEST_PLUGIN } from '../support/find-python.js';
import { PYTHON_ENVIRONMENT, runPython } from '../support/python-client.js';
import { createWorkspace, type Workspace } from '../support/workspace.js';

const EXAMPLE = resolve(import.meta.dirname, '../example-pytest');
const python = findPython('django', 'pytest_relay_phone');

let workspace: Workspace;

beforeEach(({ skip }) => {
  if (python === undefined) return skip(NO_PYTEST_PLUGIN);
  workspace = createWorkspace();
  cpSync(EXAMPLE, workspace.path, { recursive: true });
  return () => workspace.remove();
});

const pytest = (...flags: string[]) =>
  workspace.run(['exec', ...flags, '--', python ?? '', '-m', 'pytest', '-q', '-p', 'no:cacheprovider'], {
    environment: PYTHON_ENVIRONMENT,
  });

function breakApp(file: string, right: string, wrong: string): void {
  const source = workspace.read(file);
  expect(source).toContain(right);
  workspace.write(file, source.replace(right, wrong));
}

describe('the pytest suite of a Django app', () => {
  it('starts a sandbox itself, and leaves nothing', async () => {
    const before = workspace.list();
    const { code, stdout } = await runPython(
      python ?? '',
      workspace.path,
      '-m',
      'pytest',
      '-p',
      'no:cacheprovider',
    );
    expect([code, stdout]).toEqual([0, expect.stringMatching(/\b6 passed in /)]);
    expect(workspace.list()).toEqual(before);
  });
});

describe('the pytest suite of a Django app, under exec', () => {
  it('passes twice in the same sandbox, and leaves only the state folder', async () => {
    const before = workspace.list();
    expect(await pytest('--clock', 'manual')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\b6 passed in /),
    });
    expect((await pytest('--clock', 'manual')).code).toBe(0);
    expect(workspace.list().filter((name) => !name.startsWith('.relay-phone'))).toEqual(before);
    expect(existsSync(workspace.file('.relay-phone/sandbox.json'))).toBe(false);
  });

  it.each([
    [
      'reveals the number of the customer to the courier',
      'courier/deliveries.py',
      'f"Customer: {body}"',
      'f"{sender}: {body}"',
      'test_neither_side_ever_sees_the_others_number',
    ],
    [
      'accepts unsigned webhooks',
      'courier/views.py',
      'if validator.validate(request.build_absolute_uri(), request.POST, signature):',
      'if True:',
      'test_an_unsigned_webhook_is_rejected',
    ],
    [
      'requests no status callbacks',
      'courier/deliveries.py',
      'status_callback=f"{settings.SITE_ORIGIN}/twilio/status",',
      '',
      'test_an_undelivered_announcement_is_recorded',
    ],
  ])('fails for an app that %s', async (_, file, right, wrong, test) => {
    breakApp(file, right, wrong);
    const { code, stdout } = await pytest('--clock', 'manual');
    expect(code).toBe(1);
    expect(stdout).toContain(`FAILED test_courier.py::${test}`);
  });

  it('can advance the clock only with --clock manual', async () => {
    expect((await pytest()).stdout).toContain('the clock is real');
  });
});
