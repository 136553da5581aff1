// The list of needs of a Relay checkout: what must be there before it has phones, and why.

/** What a checkout needs. Each depends on those before it, except the last. */
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
  python: 'Relay needs its own Python environment',
  requirements: 'without Django and its other packages Relay does not start',
  'env-file': 'Relay reads its settings from it',
  settings: 'only a local Relay is prepared, and without PHONES_ENABLED it has no phones',
  database: 'it holds users, phones and masks',
  migrations: 'the tables must match the code',
  flags: 'Relay gives phones only to users with these flags',
  user: 'a phone belongs to a user with a Mozilla account; a local one is enough',
  token: 'relay-phone send-test calls the API of Relay as that user',
  translations: 'without these texts Relay fails when it explains a wrong reply to an owner',
};

/** Something that is wrong with a checkout. */
export interface CheckoutFault {
  readonly need: Need;
  /** Why, as a clause without a full stop. */
  readonly reason: string;
  /** What to run or do next, most promising first. */
  readonly tryNext: readonly string[];
}

/** The command that prepares the database. */
export const PREPARE_COMMAND = 'relay-phone checkout prepare';

/** The advice for a checkout that is not set up for local development only. */
export const OTHER_CHECKOUT_ADVICE =
  'prepare another checkout instead: git worktree add, then relay-phone init there';

/** The folder of Relay's texts. They are a git submodule, which a plain clone leaves empty. */
export const LOCALES = 'privaterelay/locales';

/** The command that fetches Relay's texts. */
export const LOCALES_COMMAND = `git submodule update --init ${LOCALES}`;
