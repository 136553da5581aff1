// What a Relay checkout needs for phones.

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

/** Why each need matters, as a clause. */
export const NEED_REASONS: Readonly<Record<Need, string>> = {
  python: 'Relay runs with a Python of its own',
  requirements: 'without Django and the rest Relay does not start',
  'env-file': 'Relay reads its settings from it',
  settings: 'only a local Relay is prepared, and without PHONES_ENABLED it has no phones',
  database: 'it holds users, phones and masks',
  migrations: 'its tables must be those that the code expects',
  flags: 'Relay gives phones only to users with these flags',
  user: 'a phone belongs to a user with a Mozilla account; one that exists here alone will do',
  token: 'relay-phone send-test asks Relay as that user',
  translations: 'without its texts Relay fails where it would tell an owner what is wrong with a reply',
};

/** Something that is wrong with a checkout. */
export interface CheckoutFault {
  readonly need: Need;
  /** A clause without its full stop. */
  readonly reason: string;
  /** What to run or do next, most promising first. */
  readonly tryNext: readonly string[];
}

/** What makes all that a database needs. */
export const PREPARE_COMMAND = 'relay-phone checkout prepare';

/** What to do about a checkout that is set up for more than local work. */
export const OTHER_CHECKOUT_ADVICE =
  'prepare another checkout instead: git worktree add, then relay-phone init there';
