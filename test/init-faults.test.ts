// Fails each request of init in each way: nothing is bought or created twice, and each error names its cause.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveSandbox } from '../src/sandbox/instance/join.js';
import type { Sandbox } from '../src/sandbox/sandbox.js';
import type { FaultRule } from '../src/sandbox/server/faults.js';
import { initInProcess } from './support/in-process.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { countRequests, countResources } from './support/resource-counts.js';
import { createWorkspace, type Ended, type Workspace } from './support/workspace.js';

const ANSWERS: Readonly<Record<string, FaultRule['answer']>> = {
  '429': { status: 429 },
  '429 with Retry-After': { status: 429, headers: { 'Retry-After': '2' } },
  '500': { status: 500 },
  '503': { status: 503 },
  'a dropped connection': 'drop',
  'a hang': 'hang',
};

let workspace: Workspace;
let sandbox: Sandbox;
beforeEach(async () => {
  workspace = createWorkspace();
  sandbox = await serveSandbox(openOwnStateFolder(workspace.file('.relay-phone')), {
    command: 'sandbox',
    timeoutMs: 0,
  });
});
afterEach(async () => {
  await sandbox.close();
  workspace.remove();
});

/** @param timeout seconds: only a Twilio that hangs is waited for briefly, since any other one may be slow here */
function init(timeout = '60'): Promise<Ended> {
  return initInProcess({ cwd: workspace.path, flags: { sandbox: true, timeout } });
}

/** Returns the number of requests that `init` makes without faults. */
async function countUndisturbed(): Promise<number> {
  expect(await init()).toMatchObject({ code: 0 });
  return countRequests(sandbox);
}

async function verifyWhole(): Promise<void> {
  expect(await init()).toMatchObject({ code: 0 });
  expect(await countResources(sandbox)).toEqual({ numbers: 1, apps: 1, texts: 1 });
}

describe.each(Object.entries(ANSWERS))('init, when a request fails with: %s,', (title, answer) => {
  // Twilio answers 429 only to requests that it has not carried out.
  const moments = title.startsWith('429') ? (['before'] as const) : (['before', 'after'] as const);

  it.each(moments)(
    'recovers from one failure %s the request was carried out, or the next init does',
    async (when) => {
      const requests = await countUndisturbed();
      expect(requests).toBeGreaterThan(8);
      for (let skip = 0; skip < requests; skip += 1) {
        const { code, stderr, fault } = await initWith({ skip, times: 1, when, answer });
        expect([0, 4, 5], `request ${skip}: ${stderr}`).toContain(code);
        expect(fault.hits, `request ${skip}`).toBe(1);
        await verifyWhole();
      }
    },
  );

  it('reports an error if the failure lasts, and the next init resumes', async () => {
    const requests = await countUndisturbed();
    for (let skip = 0; skip < requests; skip += 1) {
      const { code, stderr, fault } = await initWith({ skip, answer });
      const expected = typeof answer === 'string' ? 5 : 4;
      expect(code, `request ${skip}: ${stderr}`).toBe(expected);
      expect(stderr, `request ${skip}`).toMatch(/^Failed to .+: .+\.$/m);
      fault.remove();
      await verifyWhole();
    }
  });
});

/** Starts over with a fault. If init gave up another request before the one that hangs, it gets twice the time. */
async function initWith(rule: FaultRule) {
  for (let timeout = 0.15; ; timeout *= 2) {
    startOver();
    const fault = sandbox.fail(rule);
    const ended = await init(rule.answer === 'hang' ? String(timeout) : undefined);
    if (rule.answer !== 'hang' || fault.hits > 0 || timeout > 60) return { ...ended, fault };
  }
}

function startOver(): void {
  sandbox.reset();
  workspace.removeFiles(['.env', '.relay-phone/journal.jsonl']);
}
