// Reads who is in a story: its phones, its masks, its other numbers.
import * as z from 'zod';
import type { YamlText } from '../yaml-text.js';
import { type Diagnostic, findDiagnostics, WORDING } from './diagnostics.js';
import { missing, NUMBER } from './fields.js';
import type { Names } from './forms.js';
import type { NumberPlan, Story } from './story.js';

/** All of a story but its steps, which need its names to be read. */
export interface Head extends Pick<Story, 'phones' | 'numbers'> {
  readonly name: string | undefined;
}

const name = z.string().regex(/^[A-Za-z]\w*$/, 'begins with a letter, and goes on with letters and digits');
const e164 = z.string().regex(NUMBER, 'takes a number such as +12125550190');
const url = z.string().regex(/^(https?:\/\/|\/)\S*$/, 'takes an http URL, or a path of the app');
const planned = z.strictObject({ number: e164.optional(), texts: url.optional(), calls: url.optional() });
const someone = z
  .string()
  .refine((text) => text === '' || NUMBER.test(text), 'takes a number such as +12125550190, or nothing');

const form = z
  .strictObject({
    story: z.string().optional(),
    phones: z.record(name, someone),
    masks: z.record(name, z.string()).default({}),
    numbers: z.record(name, planned).default({}),
    steps: z.array(z.unknown()).min(1, 'must have a step'),
  })
  .superRefine(({ phones, masks, numbers }, context) => {
    for (const [mask, owner] of Object.entries(masks)) {
      if (Object.hasOwn(phones, owner)) continue;
      context.addIssue({
        code: 'custom',
        path: ['masks', mask],
        message: missing('phone', owner, Object.keys(phones)),
      });
    }
    const taken = new Set(Object.keys(phones));
    for (const [section, names] of Object.entries({ masks, numbers })) {
      for (const one of Object.keys(names)) {
        if (taken.has(one))
          context.addIssue({ code: 'custom', path: [section, one], message: `"${one}" is taken already` });
        taken.add(one);
      }
    }
  });

/** The keys of each map in the head, by the name of what they are in; the story itself has no name. */
const KEYS = { '': ['story', 'phones', 'masks', 'numbers', 'steps'], numbers: ['number', 'texts', 'calls'] };

/** The head of a story, or what is wrong with it. */
export function readStoryHead(yaml: YamlText, value: unknown): Head | readonly Diagnostic[] {
  const { data, error } = form.safeParse(value, { error: WORDING });
  if (!data) return findDiagnostics(yaml, error, (path) => (path[0] === 'numbers' ? KEYS.numbers : KEYS['']));
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

/** As many of a story's names as can be told, whatever else is wrong with it, and its steps. */
export function glanceAt(value: unknown): { readonly names: Names; readonly steps: readonly unknown[] } {
  const { phones, masks, numbers, steps } = glance.parse(value);
  return {
    names: { phones: Object.keys(phones), numbers: [...Object.keys(masks), ...Object.keys(numbers)] },
    steps,
  };
}

const anything = z.record(z.string(), z.unknown()).catch({});
const glance = z
  .object({ phones: anything, masks: anything, numbers: anything, steps: z.array(z.unknown()).catch([]) })
  .catch({ phones: {}, masks: {}, numbers: {}, steps: [] });

function planNumber({ number, texts, calls }: z.infer<typeof planned>): NumberPlan {
  return number === undefined ? { kind: 'bought', texts, calls } : { kind: 'owned', number };
}
