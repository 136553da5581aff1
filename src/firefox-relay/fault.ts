// What can be wrong with a checkout: the parts of the tables in settings.ts, refused.ts and inspect.ts.

/** What a checkout needs, each building on those before it, but for the last. */
export const NEEDS = [
  'python',
  'requirements',
  'env-file',
  'settings',
  'database',
  'migrations',
  'flags',
  'user',
  'token',
  'translations',
] as const;

/** One thing that a checkout needs. */
export type Need = (typeof NEEDS)[number];

/** Something that is wrong with a checkout. */
export interface CheckoutFault {
  readonly need: Need;
  /** A clause without its full stop. */
  readonly reason: string;
  /** What to run or do next, most promising first. */
  readonly tryNext: readonly string[];
}

/** What makes all that a database needs. */
export const PREPARE = 'relay-phone checkout prepare';

/** What to do about a checkout that is set up for more than local work. */
export const ELSEWHERE = 'prepare another checkout instead: git worktree add, then relay-phone init there';
