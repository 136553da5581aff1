// What exists: every command with its flags. What a command does is loaded only when it is run.
import { APP_ENTRIES } from './entries/app.js';
import type { CommandEntry } from './entries/entry.js';
import { PIPELINE_ENTRIES } from './entries/pipeline.js';
import { SANDBOX_ENTRIES } from './entries/sandbox.js';
import { SETUP_ENTRIES } from './entries/setup.js';

/** Every command, in the order of `--help`. */
export const ENTRIES: readonly CommandEntry[] = [
  ...SETUP_ENTRIES,
  ...APP_ENTRIES,
  ...SANDBOX_ENTRIES,
  ...PIPELINE_ENTRIES,
];
