// Reads the error of a run of the CLI with `--json`.
import { expect } from 'vitest';
import type { Ended } from './workspace.js';

/** Returns the error of a run that had to end with `needsUser`: exit code 3, one JSON document, no stack. */
export function readProblem({ code, stdout, stderr }: Ended): {
  message: string;
  tryNext: string[];
  kind: string;
} {
  expect(stdout, stderr).toMatch(/^\{/);
  const { error } = JSON.parse(stdout);
  expect([error.kind, error.exitCode, code], stdout + stderr).toEqual(['needsUser', 3, 3]);
  expect(stderr).not.toMatch(/bug in relay-phone|^ {4}at /m);
  return error;
}
