// What is wrong in a story's file: where it stands, and what to write instead.
import type { z } from 'zod';
import { suggest } from '../nearest.js';
import type { YamlPosition, YamlText } from '../yaml-text.js';

/** One thing that is wrong. */
export interface Diagnostic extends YamlPosition {
  readonly message: string;
}

/**
 * The mistakes behind what zod has against a part of the file.
 *
 * @param keysOf the keys that the map at a path may have
 * @param base where the part stands
 */
export function findDiagnostics(
  yaml: YamlText,
  error: z.core.$ZodError,
  keysOf: (path: readonly PropertyKey[]) => readonly string[],
  base: readonly PropertyKey[] = [],
): Diagnostic[] {
  return error.issues.flatMap((issue) => {
    const path = [...base, ...issue.path];
    if (issue.code === 'invalid_key') return [{ ...yaml.positionOf(path, 'key'), message: tellName(issue) }];
    if (issue.code !== 'unrecognized_keys') return [{ ...yaml.positionOf(path), message: tell(issue) }];
    return issue.keys.map((key) => ({
      ...yaml.positionOf([...path, key], 'key'),
      message: `there is no "${key}" here${suggest(key, keysOf(issue.path))}`,
    }));
  });
}

function tellName({ path, issues }: z.core.$ZodIssueInvalidKey): string {
  return `the name "${String(path.at(-1))}" cannot be used: one ${issues[0]?.message}`;
}

function tell(issue: z.core.$ZodIssue): string {
  const name = issue.path.findLast((segment) => typeof segment === 'string');
  return name !== undefined && PREDICATE.test(issue.message) ? `"${name}" ${issue.message}` : issue.message;
}

/** How complaints begin that need to be told what they are about. */
const PREDICATE = /^(is|must|takes|cannot) /;

/** Words a schema's complaint as {@link findDiagnostics} shows it, behind the name of what it is about. */
export const WORDING: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return 'is missing';
  if (issue.code === 'invalid_value') return wrongChoice(issue.input, issue.values.map(String));
  if (issue.code === 'invalid_type') return `must be ${TYPES[issue.expected] ?? issue.expected}`;
  return undefined;
};

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  object: 'a map of names and values',
  record: 'a map of names and values',
  array: 'a list, each item behind a dash',
};

function wrongChoice(input: unknown, choices: readonly string[]): string {
  // A map may have a `toString` of its own, which is no function.
  const isNested = typeof input === 'object' && input !== null;
  const word = isNested ? (Array.isArray(input) ? 'a list' : 'a map') : String(input);
  return `cannot be ${isNested ? word : `"${word.slice(0, 40)}"`}${suggest(word, choices)}`;
}
