// Runs our Python script in a checkout, and reads what it answers.
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { findPackageFile } from '../package-file.js';
import { runProgram } from '../programs/run.js';
import type { Checkout } from './find.js';
import { parseJson } from './json.js';
import type { Python } from './python.js';

/** One run of the script. */
export interface ScriptRun {
  readonly python: Python;
  readonly checkout: Checkout;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The user with phones. */
  readonly email: string;
  /** The flags to switch on; without them the script only looks. */
  readonly flags?: readonly string[];
  /** Ends the script. */
  readonly signal?: AbortSignal | undefined;
}

const NAME = 'templates/relay_checkout.py';

/** The words of the script's refusals; `failure` is anything it does not know. */
const words = z.enum([
  'python',
  'requirements',
  'settings',
  'channel',
  'phones',
  'database',
  'migrations',
  'rivals',
  'user',
  'failure',
]);

const report = z.object({
  python: z.string(),
  database: z.string(),
  exists: z.boolean(),
  pending: z.array(z.string()),
  changes: z.array(z.string()),
  token: z.string().nullable(),
  flags: z.record(z.string(), z.boolean()).nullable(),
  user: z
    .object({ active: z.boolean(), account: z.boolean(), phone: z.boolean(), token: z.string().nullable() })
    .nullable(),
});
const refusal = z.object({ refusal: z.object({ word: words, detail: z.string() }) });
const answer = z.union([refusal, report.transform((found) => ({ found }))]);

/** What the script found: the file of the database, the names of migrations that are pending, flags that are on. */
export type ScriptReport = z.infer<typeof report>;
/** Why the script did nothing. */
export type ScriptRefusal = z.infer<typeof refusal>['refusal'];
/** One of both. */
export type ScriptAnswer =
  | { readonly found: ScriptReport; readonly refusal?: undefined }
  | { readonly refusal: ScriptRefusal; readonly found?: undefined };

/** The script, to be shown before it is run. */
export function readCheckoutScript(): string {
  return readFileSync(findPackageFile(NAME), 'utf8');
}

/** Runs it. A Python that cannot be run, or that ends without an answer, is a refusal too. */
export async function runCheckoutScript(run: ScriptRun): Promise<ScriptAnswer> {
  const { python, checkout, environment, email, flags, signal } = run;
  const mode = flags ? ['prepare', ...flags.flatMap((flag) => ['--flag', flag])] : ['look'];
  const args = [findPackageFile(NAME), ...mode, '--email', email];
  const { stdout, stderr, failureCode } = await runProgram(python.path, args, {
    cwd: checkout.path,
    environment: { ...environment, PYTHONUTF8: '1' },
    signal,
  });
  const parsed = answer.safeParse(parseJson(stdout));
  if (parsed.success) return parsed.data;
  const detail = failureCode
    ? `it cannot be run (${failureCode})`
    : `it ended without an answer${lastLine(stderr)}`;
  return { refusal: { word: 'python', detail } };
}

function lastLine(stderr: string): string {
  const line = stderr.trim().split(/\r?\n/).at(-1);
  return line ? `: ${line.slice(0, 300)}` : '';
}
