// Plays smoke's story in the test's own process, on a stage that something is wrong with.
import { onTestFinished } from 'vitest';
import { type CheckResult, runChecks } from '../../../src/checks/run-checks.js';
import type { SmokeContext } from '../../../src/checks/smoke/smoke-context.js';
import type { SmokeStage } from '../../../src/checks/smoke/story/stage.js';
import { STORY_CHECKS } from '../../../src/checks/smoke/story/story.js';
import { type OpenedStage, openSmokeStage } from '../../../src/cli/commands/smoke/stage.js';
import { createTestContext } from '../in-process.js';

/** Plays it. */
export async function playStory(arrange: (open: OpenedStage) => SmokeStage): Promise<CheckResult[]> {
  const open = await openSmokeStage(createTestContext({}));
  onTestFinished(open.close);
  const stage = arrange(open);
  const subject = { openStage: async () => stage } as Pick<SmokeContext, 'openStage'> as SmokeContext;
  return runChecks(STORY_CHECKS, subject, { command: 'smoke', timeoutMs: 30_000 });
}
