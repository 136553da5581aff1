// The import rules of DESIGN section 4 for dependency-cruiser, and the check of a source tree against them.
import { cruise, type ICruiseResult, type IRegularForbiddenRuleType } from 'dependency-cruiser';

/** Which rooms a room may import from; every room may import from the files directly under src/. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'app-host': ['http'],
  'firefox-relay': ['app-host', 'http', 'programs', 'settings', 'state'],
  checks: [
    'app-host',
    'exchanges',
    'firefox-relay',
    'gateway',
    'http',
    'settings',
    'setup',
    'state',
    'tunnel',
    'twilio',
  ],
  ci: [],
  conformance: ['http', 'sandbox', 'setup', 'twilio'],
  cli: [
    'app-host',
    'firefox-relay',
    'checks',
    'ci',
    'conformance',
    'exchanges',
    'gateway',
    'http',
    'page',
    'programs',
    'relay',
    'sandbox',
    'scenarios',
    'settings',
    'setup',
    'state',
    'tunnel',
    'twilio',
  ],
  exchanges: ['http'],
  gateway: ['app-host', 'exchanges', 'http', 'state', 'twilio'],
  http: [],
  page: ['exchanges', 'gateway', 'http', 'sandbox', 'state'],
  programs: [],
  relay: ['http', 'state', 'twilio'],
  sandbox: ['exchanges', 'http', 'state'],
  scenarios: [],
  settings: ['programs'],
  setup: ['http', 'settings', 'state', 'twilio'],
  state: [],
  testing: ['sandbox'],
  tunnel: ['http', 'programs'],
  twilio: ['http'],
};

/** Which parts of the sandbox a part may import from, and from which it may import types. */
const SANDBOX_PARTS: Readonly<
  Record<string, { readonly from: readonly string[]; readonly types?: readonly string[] }>
> = {
  platform: { from: [] },
  exchanges: { from: ['platform'] },
  server: { from: ['platform', 'exchanges'] },
  webhooks: { from: ['platform', 'exchanges', 'server'], types: ['accounts'] },
  twiml: { from: ['platform', 'webhooks'] },
  numbers: { from: ['platform', 'server', 'webhooks'], types: ['accounts'] },
  accounts: { from: ['platform', 'server', 'webhooks', 'numbers'] },
  messaging: { from: ['platform', 'server', 'webhooks', 'twiml', 'accounts', 'numbers'] },
  voice: { from: ['platform', 'server', 'webhooks', 'twiml', 'accounts', 'numbers'] },
  // Phones reach messaging and voice only through the two gateways.
  phones: {
    from: ['platform', 'numbers', 'messaging/text-gateway.ts', 'voice/call-gateway.ts'],
    types: ['traces/trace-log.ts'],
  },
  traces: { from: ['platform/events/unsupported.ts'], types: ['platform/events'] },
  control: {
    from: ['platform', 'server', 'accounts', 'phones', 'traces', 'report.ts'],
    types: ['sandbox.ts', 'messaging/text-gateway.ts', 'messaging/opt-outs', 'numbers', 'webhooks/replay.ts'],
  },
  proxy: { from: ['platform'] },
  'remote-access': { from: ['platform/twilio-hosts.ts'], types: ['sandbox.ts'] },
  instance: { from: ['control', 'proxy', 'create.ts'], types: ['sandbox.ts'] },
};

/** Exempt from {@link SANDBOX_PARTS}: test credentials imitate the APIs of three products. */
const EXCEPTIONS = '^src/sandbox/accounts/test-credentials/';

/** The only rooms that may import a package; `''` stands for the files directly under src/. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  '@hono/node-server': ['sandbox'],
  '@inquirer/prompts': ['cli'],
  '@ngrok/ngrok': ['tunnel'],
  chalk: ['cli'],
  child_process: ['programs'],
  commander: ['cli'],
  diff: ['', 'cli', 'scenarios'],
  dotenv: ['settings'],
  execa: ['programs'],
  hono: ['sandbox'],
  libsql: ['state'],
  twilio: ['twilio'],
  undici: ['http'],
  yaml: [''],
  'yocto-spinner': ['cli'],
};

/** The files of a command that other commands may import. */
const SHARED_BY_COMMANDS = `^src/cli/commands/(${[
  'checkout/(command|open)',
  'doctor/show',
  'exec/(execution|sandbox-settings)',
  'numbers/masks',
  'requests/(exchanges|exchange-lines)',
  'sandbox/(event-line|outcome)',
  'send-test/(app-access|phone-check)',
  'serve/shop',
  'text/obvious-numbers',
  'tunnel/(base|closing)',
].join('|')})\\.ts$`;

const RULES: readonly IRegularForbiddenRuleType[] = [
  rule('has no import cycle', {}, { circular: true }),
  rule('knows every room', { path: '^src/[^/]+/', pathNot: folders('src', Object.keys(ROOMS)) }, {}),
  ...Object.entries(ROOMS).map(([room, others]) =>
    rule(
      `lets ${room} import only the rooms it builds on`,
      { path: `^src/${room}/` },
      { path: '^src/[^/]+/', pathNot: folders('src', [room, ...others]) },
    ),
  ),
  rule(
    'knows every part of the sandbox',
    { path: '^src/sandbox/[^/]+/', pathNot: folders('src/sandbox', Object.keys(SANDBOX_PARTS)) },
    {},
  ),
  ...Object.entries(SANDBOX_PARTS).flatMap(([part, { from, types = [] }]) => {
    const of = { path: `^src/sandbox/${part}/`, pathNot: EXCEPTIONS };
    return [
      rule(`lets sandbox/${part} import only the parts it builds on`, of, {
        path: '^src/sandbox/',
        pathNot: folders('src/sandbox', [part, ...from, ...types]),
      }),
      ...types.map((other) =>
        rule(`lets sandbox/${part} import only types from ${other}`, of, {
          path: folders('src/sandbox', [other]),
          pathNot: folders('src/sandbox', from),
          dependencyTypesNot: ['type-only'],
        }),
      ),
    ];
  }),
  rule(
    'lets sandbox/traces run in a browser: it imports nothing but types',
    { path: '^src/sandbox/traces/' },
    {
      pathNot: ['^src/sandbox/traces/', '^src/sandbox/platform/events/unsupported\\.ts$'],
      dependencyTypesNot: ['type-only'],
    },
  ),
  rule(
    'lets the app of the page import only types, and what runs in a browser',
    { path: '^src/page/app/' },
    {
      path: '^src/',
      pathNot: [
        '^src/page/app/',
        '^src/sandbox/traces/',
        '^src/control-characters\\.ts$',
        '^src/exchanges/exchange\\.ts$',
      ],
      dependencyTypesNot: ['type-only'],
    },
  ),
  rule(
    'lets the server of the page know neither its app nor the sandbox',
    { path: '^src/page/server/' },
    { path: '^src/(page/app|sandbox)/' },
  ),
  rule(
    'lets only compose.ts put the parts of the sandbox together',
    { path: '^src/', pathNot: '^src/sandbox/create\\.ts$' },
    { path: '^src/sandbox/compose\\.ts$' },
  ),
  rule('lets cli/core import no command', { path: '^src/cli/core/' }, { path: '^src/cli/commands/' }),
  rule(
    'lets only the list of commands load a command',
    { path: '^src/', pathNot: '^src/cli/commands/index\\.ts$' },
    { path: '^src/cli/commands/.*/run\\.ts$' },
  ),
  rule(
    'lets a command import of another only what the other shares',
    { path: '^src/cli/commands/([^/]+)/' },
    { path: '^src/cli/commands/[^/]+/', pathNot: ['^src/cli/commands/$1/', SHARED_BY_COMMANDS] },
  ),
  ...Object.entries(PACKAGES).map(([name, rooms]) =>
    rule(
      `keeps ${name} in the rooms that own it`,
      { path: '^src/', pathNot: rooms.map((room) => (room === '' ? '^src/[^/]+$' : `^src/${room}/`)) },
      { path: `^(node_modules/|node:)?${name}(/|$)` },
    ),
  ),
];

/**
 * Returns each import below `src/` that breaks a rule, as `rule: importer → imported`. Includes type-only imports, but
 * no test files.
 *
 * @param folder the parent of `src/`
 */
export async function findViolations(folder: string): Promise<string[]> {
  const { output } = await cruise(['src'], {
    baseDir: folder,
    validate: true,
    ruleSet: { forbidden: [...RULES] },
    tsPreCompilationDeps: true,
    exclude: '\\.test\\.ts$',
    doNotFollow: '(^|/)node_modules/',
  });
  const { violations } = (output as ICruiseResult).summary;
  return violations.map(({ rule: { name }, from, to, cycle }) => {
    const path = cycle ? cycle.map((step) => step.name) : [to];
    return `${name}: ${[from, ...path].join(' → ')}`;
  });
}

function rule(
  name: string,
  from: IRegularForbiddenRuleType['from'],
  to: IRegularForbiddenRuleType['to'],
): IRegularForbiddenRuleType {
  return { name, severity: 'error', from, to };
}

/** Returns a pattern that matches these files and everything in these folders below `root`. */
function folders(root: string, names: readonly string[]): string {
  const paths = names.map((name) => (name.endsWith('.ts') ? `${name.replace('.', '\\.')}$` : `${name}/`));
  return `^${root}/(${paths.join('|')})`;
}
