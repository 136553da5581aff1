// Every regular expression takes linear time, so that no text from outside can keep the program busy.
import { expect, it } from 'vitest';
import { findExpressions, listSlowExpressions } from '../support/regular-expressions.js';

const FOLDERS = ['src', 'bin', 'templates'];

/** Patterns that are known only when the program runs, and why they cannot be slow. */
const COMPUTED: Readonly<Record<string, string>> = {
  "src/sandbox/messaging/segments.ts: new RegExp(`[${escapeForClass(GSM_EXTENDED)}]`, 'g')":
    'one class of characters',
  'src/sandbox/messaging/segments.ts: new RegExp(`^[${escapeForClass(GSM_BASIC + GSM_EXTENDED)}]*$`)':
    'one class of characters, from the start',
  'src/sandbox/numbers/available-phone-numbers/criteria.ts: new RegExp(source)':
    'matched with phone numbers only, of 16 characters at most',
  "src/sandbox/phones/exposure/spelling.ts: new RegExp(`${START}(?:${code})?(?:\\\\(?0${GAP})?\\\\(?${spread(national, GAP)}(?!\\\\d)`, 'u')":
    'every repetition in it has a limit',
  'src/sandbox/server/faults.ts: new RegExp(path)': 'only compiled, never matched',
  "src/sandbox/server/faults.ts: new RegExp(rule.path ?? '')":
    "a test's own pattern, matched with the paths of its own requests",
  'src/sandbox/server/unsupported/find-unsupported.ts: new RegExp(`^${pattern}(?:\\\\.(?:json|xml|csv))?$`)':
    'a path of ours, in which [^/]+ stands between slashes',
  "src/scenarios/step-schemas.ts: new RegExp(text.replace(VARIABLE, ''), 'u')":
    'only compiled, never matched',
  "src/scenarios/text-matcher.ts: new RegExp(source, 'u')":
    "a story's own pattern, matched with texts of 1600 characters",
  'src/settings/schema.ts: new RegExp(`^${prefix}[0-9a-fA-F]{32}$`)': 'a fixed prefix and a fixed length',
};

it('uses only regular expressions that take linear time, whatever the text is', async () => {
  const { expressions } = findExpressions(FOLDERS);
  expect(expressions.length).toBeGreaterThan(250);
  expect(await listSlowExpressions(expressions)).toEqual([]);
});

it('knows why each regular expression that is computed at run time cannot be slow', () => {
  expect(findExpressions(FOLDERS).computed).toEqual(Object.keys(COMPUTED).sort());
});

it.each(['(a+)+$', '<[^>]*>', '\\/+$', '^(.*?)\\s*$'])('recognizes that %s is slow', async (source) => {
  expect(await listSlowExpressions([{ place: 'here', source, flags: '' }])).toEqual([
    expect.stringMatching(/^here .*(polynomial|exponential)/),
  ]);
});
