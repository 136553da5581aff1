// Reads a story from the text of its file, and says of everything in it that is wrong where it stands.
import { RelayPhoneError } from '../errors.js';
import { suggest } from '../nearest.js';
import { parseYaml, type YamlText } from '../yaml-text.js';
import { type Diagnostic, findDiagnostics, WORDING } from './diagnostics.js';
import { createForms } from './forms.js';
import { glanceAt, readStoryHead } from './head.js';
import type { StepContent, StepKind, Story, StoryStep } from './story.js';

/** Characters; a story of a thousand steps has a tenth of it. */
const LONGEST = 1_000_000;
/** How many mistakes are told. */
const SHOWN = 20;

/**
 * Reads a story, YAML or JSON.
 *
 * @param file how the file is called in what is told
 * @throws RelayPhoneError `usage` with all that is wrong, by line and column.
 */
export function readStory(source: string, file: string): Story {
  const yaml = parse(source, file);
  const value = readValue(yaml, file);
  const head = readStoryHead(yaml, value);
  const { names, steps } = glanceAt(value);
  const forms = createForms(names);
  const read = steps.map((step, index) => readStep(yaml, forms, step, ['steps', index]));
  const mistakes = read.flatMap((one) => ('mistakes' in one ? one.mistakes : []));
  if (!('phones' in head)) throw wrong(file, [...head, ...mistakes]);
  if (mistakes.length > 0) throw wrong(file, mistakes);
  const { name = file, phones, numbers } = head;
  return { name, phones, numbers, steps: read.flatMap((one) => ('step' in one ? [one.step] : [])) };
}

type ReadStep = { readonly step: StoryStep } | { readonly mistakes: readonly Diagnostic[] };

function readStep(
  yaml: YamlText,
  forms: ReturnType<typeof createForms>,
  value: unknown,
  path: readonly PropertyKey[],
): ReadStep {
  const verbs = Object.keys(forms) as StepKind[];
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  // The first key says what a step is; one that says nothing may be misspelt.
  const verb = verbs.find((one) => one === keys[0]) ?? verbs.find((one) => keys.includes(one));
  if (verb === undefined) {
    const [first = ''] = keys;
    const message = first ? `there is no step "${first}"${suggest(first, verbs)}` : 'a step must be a map';
    return { mistakes: [{ ...yaml.positionOf(first ? [...path, first] : path, 'key'), message }] };
  }
  const form = forms[verb];
  const { data, error } = form.safeParse(value, { error: WORDING });
  if (error) return { mistakes: findDiagnostics(yaml, error, () => Object.keys(form.shape), path) };
  return {
    step: { verb, line: yaml.positionOf(path).line, content: data as StepContent<StepKind> } as StoryStep,
  };
}

function parse(source: string, file: string): YamlText {
  if (source.length > LONGEST) throw unusable(file, 'it is no story: it is too long');
  try {
    const yaml = parseYaml(source);
    if (yaml.faults.length > 0) throw wrong(file, yaml.faults);
    return yaml;
  } catch (error) {
    throw error instanceof RelayPhoneError ? error : unusable(file, String((error as Error).message));
  }
}

function readValue(yaml: YamlText, file: string): unknown {
  try {
    return yaml.read();
  } catch (error) {
    throw unusable(file, String((error as Error).message));
  }
}

function wrong(file: string, mistakes: readonly Diagnostic[]): RelayPhoneError {
  const lines = [...mistakes]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, message }) => `  ${file}:${line}:${column}  ${message.trimEnd()}`);
  const more = lines.length > SHOWN ? [`  and ${lines.length - SHOWN} more`] : [];
  return unusable(file, `this is wrong\n${[...lines.slice(0, SHOWN), ...more].join('\n')}`);
}

function unusable(file: string, reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: `read the story ${file}`,
    reason,
    tryNext: ['docs/play.md has every step, with examples'],
  });
}
