// Kills init at each request and at random moments: the next init ends with one number, one TwiML app and one text.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveSandbox } from '../../src/sandbox/instance/join.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { DEADLINE } from '../support/deadline.js';
import { openOwnStateFolder } from '../support/own-state-folder.js';
import { countRequests, countResources } from '../support/resource-counts.js';
import { createWorkspace, type Workspace } from '../support/workspace.js';

const INIT = ['init', '--sandbox', '--yes'];
const ONE_OF_EACH = { numbers: 1, apps: 1, texts: 1 };
const USERS_LINES = '# mine\nFOO="bar baz"\n';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => workspace.remove());

function serve(): Promise<Sandbox> {
  return serveSandbox(openOwnStateFolder(workspace.file('.relay-phone')), {
    command: 'sandbox',
    timeoutMs: DEADLINE,
  });
}

/** Checks that the file is either unchanged or complete. */
function verifyEnvWhole(before: string): void {
  const now = existsSync(workspace.file('.env')) ? workspace.read('.env') : '';
  if (now === before) return;
  expect(now.startsWith(before)).toBe(true);
  expect(now).toMatch(/^SUBSCRIPTIONS_WITH_PHONE=relay-phones$/m);
}

describe('init recovers from kill -9', () => {
  it.each(['before', 'after'] as const)('%s each request was carried out', async (when) => {
    let sandbox = await serve();
    expect(await workspace.run(INIT)).toMatchObject({ code: 0 });
    const requests = countRequests(sandbox);
    await sandbox.close();
    for (let skip = 0; skip < requests; skip += 1) {
      workspace.remove();
      workspace = createWorkspace();
      workspace.write('.env', USERS_LINES);
      sandbox = await serve();
      const fault = sandbox.fail({ skip, times: 1, when, answer: 'hang' });
      const child = workspace.start(INIT);
      const exited = once(child, 'exit');
      await Promise.race([fault.reached, exited]);
      expect(fault.hits, `request ${skip}`).toBe(1);
      child.kill('SIGKILL');
      await exited;
      verifyEnvWhole(USERS_LINES);
      const { code, stderr } = await workspace.run(INIT);
      expect(code, `request ${skip}: ${stderr}`).toBe(0);
      expect(await countResources(sandbox), `request ${skip}`).toEqual(ONE_OF_EACH);
      verifyEnvWhole(USERS_LINES);
      await sandbox.close();
    }
  });

  it('at random moments, several times in a row, together with its sandbox', async () => {
    for (let round = 0; round < 8; round += 1) {
      workspace.remove();
      workspace = createWorkspace();
      workspace.write('.env', USERS_LINES);
      for (let kill = 0; kill < 3; kill += 1) {
        const child = workspace.start(INIT);
        const exited = once(child, 'exit');
        const timer = setTimeout(() => child.kill('SIGKILL'), 100 + Math.random() * 200);
        await exited;
        clearTimeout(timer);
        verifyEnvWhole(USERS_LINES);
      }
      const { code, stderr } = await workspace.run(INIT);
      expect(code, stderr).toBe(0);
      const sandbox = await serve();
      expect(await countResources(sandbox)).toEqual(ONE_OF_EACH);
      await sandbox.close();
    }
  });

  it('and takes turns with a second init, which has nothing left to do', async () => {
    const [one, other] = await Promise.all([
      workspace.run([...INIT, '--json']),
      workspace.run([...INIT, '--json']),
    ]);
    expect([one.code, other.code]).toEqual([0, 0]);
    const outcomes = [one, other].map(({ stdout }) =>
      JSON.parse(stdout).steps.map((step: { outcome: string }) => step.outcome),
    );
    expect(outcomes.filter((steps) => steps.every((outcome: string) => outcome === 'kept'))).toHaveLength(1);
    const sandbox = await serve();
    expect(await countResources(sandbox)).toEqual(ONE_OF_EACH);
    await sandbox.close();
  });
});
