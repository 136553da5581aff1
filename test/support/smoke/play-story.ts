// Plays smoke's story in the process of the test, on a stage with a fault.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type CheckResult, runChecks } from '../../../src/checks/run-checks.js';
import type { SmokeContext } from '../../../src/checks/smoke/smoke-context.js';
import type { SmokeStage } from '../../../src/checks/smoke/story/stage.js';
import { STORY_CHECKS } from '../../../src/checks/smoke/story/story.js';
import { type OpenedStage, openSmokeStage } from '../../../src/cli/commands/smoke/stage.js';
import { createTestContext } from '../in-process.js';

/** Plays the story on the stage that `arrange` returns. */
export async function playStory(arrange: (open: OpenedStage) => SmokeStage): Promise<CheckResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'relay-phone-smoke-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const open = await openSmokeStage(createTestContext({}), folder);
  onTestFinished(open.close);
  const stage = arrange(open);
  const context = { openStage: async () => stage } as Pick<SmokeContext, 'openStage'> as SmokeContext;
  return runChecks(STORY_CHECKS, context, { command: 'smoke', timeoutMs: 30_000 });
}
