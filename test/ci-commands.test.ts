// Runs the commands of the pipelines that `relay-phone ci` writes as the CI systems do, with and without secrets.
import { existsSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readJunit } from './support/smoke/read-junit.js';
import { setSmokeScene, TEST, testPair } from './support/smoke/scene.js';
import type { Workspace } from './support/workspace.js';

const JUNIT = 'relay-phone.xml';
const SYSTEMS = ['github', 'gitlab', 'circleci'];

/** The two calls of relay-phone in a file: the sandbox's, and the test account's. */
async function readCommands(workspace: Workspace, system: string): Promise<string[][]> {
  const { stdout } = await workspace.run(['ci', system, '--stdout']);
  const found = stdout.matchAll(/npx --yes relay-phone@\S+ (smoke .*)/g);
  return [...found].map(([, words = '']) => words.trim().split(' '));
}

/** The suites of the file that the run wrote, which is gone then. */
function takeSuites(workspace: Workspace): string[] {
  const cases = readJunit(workspace.read(JUNIT));
  rmSync(workspace.file(JUNIT));
  return [...new Set(cases.map(({ suite }) => suite))];
}

describe.each(SYSTEMS)('the pipeline for %s', (system) => {
  it('runs the sandbox scenario, and queries the test account if it has the secrets', async () => {
    const { workspace, environment } = await setSmokeScene();
    const [sandbox = [], account = []] = await readCommands(workspace, system);
    expect(await workspace.run(sandbox)).toMatchObject({ code: 0 });
    expect(takeSuites(workspace)).toEqual(['smoke.sandbox']);
    const secrets = { ...environment, ...testPair(TEST) };
    expect(await workspace.run(account, { environment: secrets })).toMatchObject({ code: 0 });
    expect(takeSuites(workspace)).toEqual(['smoke.account']);
  });

  it('fails if Twilio has changed, and its report says so', async () => {
    const { workspace, environment } = await setSmokeScene({
      answer: ({ form }) => (form.To === '+15005550001' ? { status: 201, body: '{}' } : undefined),
    });
    const [, account = []] = await readCommands(workspace, system);
    const secrets = { ...environment, ...testPair(TEST) };
    expect(await workspace.run(account, { environment: secrets })).toMatchObject({ code: 6 });
    const failed = readJunit(workspace.read(JUNIT)).filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ name }) => name).sort()).toEqual(['call-to-invalid-21217', 'text-to-invalid-21211']);
  });
});

it.each([
  ['no secrets at all', {}],
  ['empty ones, as GitHub hands over those that are not set', testPair({ sid: '', authToken: '' })],
])('a pull request from a fork, with %s, passes and reports the skip', async (_what, environment) => {
  const { workspace } = await setSmokeScene();
  const [, account = []] = await readCommands(workspace, 'github');
  const { code, stdout, stderr } = await workspace.run(account, { environment });
  expect(code).toBe(0);
  expect(stdout + stderr).toMatch(/skipped/i);
  expect(existsSync(workspace.file(JUNIT))).toBe(true);
});
