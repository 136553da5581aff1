// Sets up what an account of the sandbox lacks, before a program uses it; where nothing is lacking it says nothing.

import { runSetup } from '../../../setup/run.js';
import type { Setup, SetupOutput } from '../../../setup/setup.js';
import { ACCOUNT_STEPS, isProvisioned } from '../../../setup/steps.js';
import { openStateFolder } from '../../../state/folder.js';
import { acquireLock } from '../../../state/lock.js';
import { type CommandContext, waitForLock } from '../../core/command-context.js';

/**
 * Sees to a main number, and a TwiML app that leads to the public base: what `init --sandbox` does, but for `.env` and
 * the verification text. The facts of `setup` say afterwards what there is.
 */
export async function provision(context: CommandContext, setup: Setup): Promise<void> {
  if (await isProvisioned(setup)) return;
  const { screen, statePath } = context;
  const lock = await acquireLock(openStateFolder(statePath), 'setup', waitForLock(context, setup.command));
  try {
    const silent: SetupOutput = { ...setup.output, step: nothing, done: nothing, planned: nothing };
    for (const { outcome, summary } of await runSetup({ ...setup, output: silent }, ACCOUNT_STEPS)) {
      if (outcome === 'changed') screen.done(summary);
    }
    for (const warning of setup.warnings) screen.warn(warning);
  } finally {
    lock.release();
  }
}

function nothing(): void {}
