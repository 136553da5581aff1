// Reads a story from YAML or JSON, and reports everything that is wrong with it by line and column.
import * as z from 'zod';
import { RelayPhoneError } from '../errors.js';
import { suggest } from '../nearest.js';
import { locateDocs } from '../package-file.js';
import { parseYaml, type YamlPosition, type YamlText } from '../yaml-text.js';
import { createStepSchemas, describeUnknownName, NUMBER, type StoryNames } from './step-schemas.js';
import type { NumberPlan, StepContent, StepKind, Story, StoryStep } from './story.js';

/** In characters, ten times a story of a thousand steps. */
const MAX_LENGTH = 1_000_000;
/** How many diagnostics an error shows. */
const MAX_DIAGNOSTICS = 20;

/**
 * Reads a story from YAML or JSON.
 *
 * @param file the file name for diagnostics
 * @throws RelayPhoneError `usage` with every diagnostic, by line and column.
 */
export function readStory(source: string, file: string): Story {
  const yaml = parse(source, file);
  const value = readValue(yaml, file);
  const head = readStoryHead(yaml, value);
  const { names, steps } = readNamesLeniently(value);
  const schemas = createStepSchemas(names);
  const read = steps.map((step, index) => readStep(yaml, schemas, step, ['steps', index]));
  const diagnostics = read.flatMap((one) => ('diagnostics' in one ? one.diagnostics : []));
  if (!('phones' in head)) throw createDiagnosticsError(file, [...head, ...diagnostics]);
  if (diagnostics.length > 0) throw createDiagnosticsError(file, diagnostics);
  const { name = file, phones, numbers } = head;
  return { name, phones, numbers, steps: read.flatMap((one) => ('step' in one ? [one.step] : [])) };
}

type ReadStep = { readonly step: StoryStep } | { readonly diagnostics: readonly Diagnostic[] };

function readStep(
  yaml: YamlText,
  schemas: ReturnType<typeof createStepSchemas>,
  value: unknown,
  path: readonly PropertyKey[],
): ReadStep {
  const kinds = Object.keys(schemas) as StepKind[];
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  // The first key names the step. If it is unknown, it may be misspelt.
  const kind = kinds.find((one) => one === keys[0]) ?? kinds.find((one) => keys.includes(one));
  if (kind === undefined) {
    const [first = ''] = keys;
    const message = first ? `there is no step "${first}"${suggest(first, kinds)}` : 'a step must be a map';
    return { diagnostics: [{ ...yaml.positionOf(first ? [...path, first] : path, 'key'), message }] };
  }
  const schema = schemas[kind];
  const { data, error } = schema.safeParse(value, { error: formatIssue });
  if (error) return { diagnostics: findDiagnostics(yaml, error, () => Object.keys(schema.shape), path) };
  return {
    step: { kind, line: yaml.positionOf(path).line, content: data as StepContent<StepKind> } as StoryStep,
  };
}

function parse(source: string, file: string): YamlText {
  if (source.length > MAX_LENGTH) throw createStoryError(file, 'it is too long for a story');
  try {
    const yaml = parseYaml(source);
    if (yaml.faults.length > 0) throw createDiagnosticsError(file, yaml.faults);
    return yaml;
  } catch (error) {
    throw error instanceof RelayPhoneError ? error : createStoryError(file, String((error as Error).message));
  }
}

function readValue(yaml: YamlText, file: string): unknown {
  try {
    return yaml.read();
  } catch (error) {
    throw createStoryError(file, String((error as Error).message));
  }
}

function createDiagnosticsError(file: string, diagnostics: readonly Diagnostic[]): RelayPhoneError {
  const lines = [...diagnostics]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, message }) => `  ${file}:${line}:${column}  ${message.trimEnd()}`);
  const more = lines.length > MAX_DIAGNOSTICS ? [`  and ${lines.length - MAX_DIAGNOSTICS} more`] : [];
  return createStoryError(file, 'it has errors', [...lines.slice(0, MAX_DIAGNOSTICS), ...more]);
}

function createStoryError(file: string, reason: string, details: readonly string[] = []): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: `read the story ${file}`,
    reason,
    details,
    tryNext: [`${locateDocs('play.md')} has every step, with examples`],
  });
}

/** A story without its steps. Reading the steps needs the names in the head. */
export interface StoryHead extends Pick<Story, 'phones' | 'numbers'> {
  readonly name: string | undefined;
}

const name = z.string().regex(/^[A-Za-z]\w*$/, 'starts with a letter, followed by letters and digits');
const e164 = z.string().regex(NUMBER, 'takes a number such as +12125550190');
const url = z.string().regex(/^(https?:\/\/|\/)\S*$/, 'takes an http URL, or a path of the app');
const plannedNumber = z.strictObject({
  number: e164.optional(),
  texts: url.optional(),
  calls: url.optional(),
});
/** A phone can be whatever networks deliver as a sender or caller: a number, a short code, `MYBANK`, a SIP address. */
const phoneAddress = z
  .string()
  .regex(/^\P{Cc}{0,255}$/u, 'takes a number such as +12125550190, a sender such as MYBANK, or nothing');

const headSchema = z
  .strictObject({
    story: z.string().optional(),
    phones: z.record(name, phoneAddress),
    masks: z.record(name, z.string()).default({}),
    numbers: z.record(name, plannedNumber).default({}),
    steps: z.array(z.unknown()).min(1, 'must have a step'),
  })
  .superRefine(({ phones, masks, numbers }, context) => {
    for (const [mask, owner] of Object.entries(masks)) {
      if (Object.hasOwn(phones, owner)) continue;
      context.addIssue({
        code: 'custom',
        path: ['masks', mask],
        message: describeUnknownName('phone', owner, Object.keys(phones)),
      });
    }
    const taken = new Set(Object.keys(phones));
    for (const [section, names] of Object.entries({ masks, numbers })) {
      for (const one of Object.keys(names)) {
        if (taken.has(one))
          context.addIssue({ code: 'custom', path: [section, one], message: `"${one}" is already used` });
        taken.add(one);
      }
    }
  });

/** The keys of each map in the head, by its parent key; '' is the story itself. */
const HEAD_KEYS = {
  '': ['story', 'phones', 'masks', 'numbers', 'steps'],
  numbers: ['number', 'texts', 'calls'],
};

/** Reads the head of a story. Returns diagnostics instead if it has errors. */
function readStoryHead(yaml: YamlText, value: unknown): StoryHead | readonly Diagnostic[] {
  const { data, error } = headSchema.safeParse(value, { error: formatIssue });
  if (!data)
    return findDiagnostics(yaml, error, (path) =>
      path[0] === 'numbers' ? HEAD_KEYS.numbers : HEAD_KEYS[''],
    );
  const { story, phones, masks, numbers } = data;
  return {
    name: story,
    phones: new Map(Object.entries(phones).map(([phone, number]) => [phone, number || undefined])),
    numbers: new Map<string, NumberPlan>([
      ...Object.entries(masks).map(([mask, owner]) => [mask, { kind: 'mask', owner }] as const),
      ...Object.entries(numbers).map(([number, plan]) => [number, planNumber(plan)] as const),
    ]),
  };
}

/** Reads the names and steps of a story that may have errors elsewhere. */
function readNamesLeniently(value: unknown): {
  readonly names: StoryNames;
  readonly steps: readonly unknown[];
} {
  const { phones, masks, numbers, steps } = lenientSchema.parse(value);
  return {
    names: { phones: Object.keys(phones), numbers: [...Object.keys(masks), ...Object.keys(numbers)] },
    steps,
  };
}

const anyMap = z.record(z.string(), z.unknown()).catch({});
const lenientSchema = z
  .object({ phones: anyMap, masks: anyMap, numbers: anyMap, steps: z.array(z.unknown()).catch([]) })
  .catch({ phones: {}, masks: {}, numbers: {}, steps: [] });

function planNumber({ number, texts, calls }: z.infer<typeof plannedNumber>): NumberPlan {
  return number === undefined ? { kind: 'bought', texts, calls } : { kind: 'owned', number };
}

/** One error in a story, and its position. */
export interface Diagnostic extends YamlPosition {
  readonly message: string;
}

/**
 * Turns zod's issues into diagnostics.
 *
 * @param keysOf returns the allowed keys of the map at a path
 * @param base the path of the part that zod has parsed
 */
function findDiagnostics(
  yaml: YamlText,
  error: z.core.$ZodError,
  keysOf: (path: readonly PropertyKey[]) => readonly string[],
  base: readonly PropertyKey[] = [],
): Diagnostic[] {
  return error.issues.flatMap((issue) => {
    const path = [...base, ...issue.path];
    if (issue.code === 'invalid_key')
      return [{ ...yaml.positionOf(path, 'key'), message: describeInvalidName(issue) }];
    if (issue.code !== 'unrecognized_keys')
      return [{ ...yaml.positionOf(path), message: describeIssue(issue) }];
    return issue.keys.map((key) => ({
      ...yaml.positionOf([...path, key], 'key'),
      message: `there is no "${key}" here${suggest(key, keysOf(issue.path))}`,
    }));
  });
}

function describeInvalidName({ path, issues }: z.core.$ZodIssueInvalidKey): string {
  return `"${String(path.at(-1))}" cannot be a name: a name ${issues[0]?.message}`;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const name = issue.path.findLast((segment) => typeof segment === 'string');
  return name !== undefined && PREDICATE.test(issue.message) ? `"${name}" ${issue.message}` : issue.message;
}

/** The start of messages that need a subject. */
const PREDICATE = /^(is|must|takes|cannot) /;

/** Formats an issue as a predicate: {@link findDiagnostics} puts the name in front of it. */
const formatIssue: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return 'is missing';
  if (issue.code === 'invalid_value') return describeInvalidValue(issue.input, issue.values.map(String));
  if (issue.code === 'invalid_type') return `must be ${TYPES[issue.expected] ?? issue.expected}`;
  return undefined;
};

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  object: 'a map of names and values',
  record: 'a map of names and values',
  array: 'a list, with a dash before each item',
};

function describeInvalidValue(input: unknown, choices: readonly string[]): string {
  // A map in the file may have a key `toString`, which is not a function.
  const isNested = typeof input === 'object' && input !== null;
  const word = isNested ? (Array.isArray(input) ? 'a list' : 'a map') : String(input);
  return `cannot be ${isNested ? word : `"${word.slice(0, 40)}"`}${suggest(word, choices)}`;
}
