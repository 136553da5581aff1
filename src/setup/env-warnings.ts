// The warnings of `init` about an .env file: who else can read it, and what Relay reads instead of it.
import { isUtf8 } from 'node:buffer';
import { findGitExposure, type GitExposure } from '../settings/env-file/git.js';
import { readWithDotenv } from '../settings/env-file/read.js';
import { type EnvStart, listReferences } from './env-values.js';
import type { Setup } from './setup.js';

/** Adds the warnings to those of the setup. @param values that the file should hold */
export async function addEnvWarnings(
  setup: Setup,
  start: EnvStart,
  values: ReadonlyMap<string, string>,
): Promise<void> {
  if (!isUtf8(start.bytes)) {
    setup.warnings.push(
      `${setup.envPath} is not UTF-8: python-decouple, with which Relay reads it, refuses such a file.`,
    );
  }
  const exposure = await findGitExposure(setup.envPath, start.file?.bytes);
  if (exposure.kind !== 'none') setup.warnings.push(describeExposure(setup.envPath, exposure));
  if (process.platform !== 'win32' && start.file?.isRegular && (start.file.mode & 0o007) !== 0) {
    setup.warnings.push(
      `Every user of this machine can access ${setup.envPath}, which holds the auth token: chmod o= ${setup.envPath}`,
    );
  }
  const kept = listReferences(setup, readWithDotenv(start.bytes));
  if (kept.length > 0) {
    setup.warnings.push(
      `${setup.envPath} keeps ${kept.join(', ')} as references of a secret manager: start the app through it, too.`,
    );
  }
  for (const [key, value] of values) {
    const override = setup.environment[key];
    if (override === undefined || override === value) continue;
    setup.warnings.push(
      `${key} has another value in the environment, which takes precedence over ${setup.envPath}.`,
    );
  }
}

function describeExposure(path: string, exposure: Exclude<GitExposure, { kind: 'none' }>): string {
  switch (exposure.kind) {
    case 'tracked':
      return exposure.bypassed === undefined
        ? `git tracks ${path}, which holds the auth token: git rm --cached it and add it to .gitignore`
        : `git holds ${path} with the auth token, and the filter ${exposure.bypassed} did not encrypt it`;
    case 'would-be-committed':
      return `git would commit ${path}, which holds the auth token: add it to .gitignore`;
    case 'unknown':
      return `git could not be asked whether it would commit ${path}, which holds the auth token: ${exposure.reason}`;
  }
}
