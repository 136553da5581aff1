// The pages of docs/ that `relay-phone docs` lists, each with what it is about.

/** What each page is about, by its name without `.md`: a clause of at most 60 characters. */
export const PAGES = {
  init: 'set up account, number, public base and .env; undo',
  checkout: 'prepare a checkout of Firefox Relay',
  relay: 'Firefox Relay on the sandbox, from a fresh checkout',
  completion: 'complete commands in a shell',

  sandbox: 'the local Twilio: what it does, and how to watch it',
  exec: 'run a program whose Twilio is the sandbox, in any language',
  containers: 'the sandbox in a container, or for other machines',
  serve: 'a small Relay: masks in front of phones',
  tunnel: 'a public address for the app',
  phone: 'be a phone of the sandbox; end calls',
  play: 'stories of texts and calls, as files',

  testing: 'test suites: the first green test, by runner and language',
  library: 'createSandbox(), for tests in Node.js',
  'control-api': 'phones, clock, faults and leaks over HTTP, for any language',

  page: 'the page in the browser',
  numbers: 'the numbers of the account, and their cost',
  requests: 'recorded webhooks: list, replay, export',
  doctor: 'find what is wrong',
  'doctor-findings': 'all checks and findings of doctor',
  'send-test': 'have the app text a code, and follow it',
  smoke: 'quick and free checks for CI',
  'smoke-checks': 'all checks of smoke',
  conformance: 'compare the sandbox with Twilio',
  ci: 'pipelines for GitHub, GitLab and CircleCI',

  json: 'the JSON documents of --json, with their schemas',
  debugging: 'RELAY_PHONE_DEBUG, and reports of bugs',
  security: 'what is promised, against whom, and what is not',
  fidelity: 'every behaviour of Twilio that the sandbox has',
  architecture: 'glossary, and where things are in the code',
} as const;

/** The name of a page. */
export type PageName = keyof typeof PAGES;

/** All names, in the order of the list. */
export const PAGE_NAMES = Object.keys(PAGES) as PageName[];
