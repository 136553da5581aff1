// A story as it is played: who is in it, and what happens.
import type { z } from 'zod';
import type { createForms } from './forms.js';

type Forms = ReturnType<typeof createForms>;

/** The words that steps are known by. */
export type StepKind = keyof Forms;

/** What a step of a kind holds; times in milliseconds. */
export type StepContent<V extends StepKind> = z.output<Forms[V]>;

/** A step of one kind. */
export type StoryStepOf<V extends StepKind> = V extends StepKind
  ? { readonly verb: V; readonly line: number; readonly content: StepContent<V> }
  : never;

/** Any step; `line` is where it stands in the file, from 1 on. */
export type StoryStep = StoryStepOf<StepKind>;

/** Where a number of the account comes from: the app's user API, Twilio's stock, or it is there already. */
export type NumberPlan =
  | { readonly kind: 'mask'; readonly owner: string }
  | { readonly kind: 'bought'; readonly texts: string | undefined; readonly calls: string | undefined }
  | { readonly kind: 'owned'; readonly number: string };

/** A story. Its names are its own; each is one of a phone, a mask or a number. */
export interface Story {
  readonly name: string;
  /** Their numbers; undefined for one that any number does for. */
  readonly phones: ReadonlyMap<string, string | undefined>;
  readonly numbers: ReadonlyMap<string, NumberPlan>;
  readonly steps: readonly StoryStep[];
}
