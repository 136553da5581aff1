// Installs the packed package with each package manager in an empty folder, and uses the program, the library and its types there.
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serveRegistry } from '../support/local-registry.js';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const NO_REGISTRY = "npm's registry cannot be reached";
const PINNED = ['@yarnpkg/cli-dist@4.18.1', 'bun@1.4.5', 'deno@2.9.6', 'npm@11.19.1', 'pnpm@12.21.0'];
/** The settings of an outer npm and of a developer's shell. */
const OUTER = /^(npm_|NPM_|INIT_CWD|NODE_OPTIONS|FORCE_COLOR|TWILIO_|RELAY_PHONE_|SITE_ORIGIN)/;

/** How a project gets the package, and runs what is in it. */
interface Manager {
  readonly name: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly install: readonly string[];
  readonly relayPhone: readonly string[];
  readonly node: readonly string[];
  /** True if it does not install tarballs. */
  readonly needsRegistry?: true;
}

const yarn = (linker: string) => ({
  files: { '.yarnrc.yml': `nodeLinker: ${linker}\nenableTelemetry: false\n`, 'yarn.lock': '' },
  install: ['yarn', 'add', 'relay-phone@file:./relay-phone.tgz'],
  relayPhone: ['yarn', 'relay-phone'],
  node: ['yarn', 'node'],
});

const MANAGERS: readonly Manager[] = [
  {
    name: 'npm',
    install: ['npm', 'install', '--no-audit', '--no-fund', './relay-phone.tgz'],
    relayPhone: ['npx', '--no', '--', 'relay-phone'],
    node: ['node'],
  },
  {
    name: 'pnpm',
    install: ['pnpm', 'add', './relay-phone.tgz'],
    relayPhone: ['pnpm', 'exec', 'relay-phone'],
    node: ['node'],
  },
  { name: 'yarn with node_modules', ...yarn('node-modules') },
  { name: "yarn with Plug'n'Play", ...yarn('pnp') },
  {
    name: 'bun',
    install: ['bun', 'add', './relay-phone.tgz'],
    relayPhone: ['bunx', 'relay-phone'],
    node: ['bun', 'run'],
  },
  {
    name: 'deno',
    install: ['deno', 'install', 'npm:relay-phone'],
    relayPhone: ['node_modules/.bin/relay-phone'],
    node: ['deno', 'run', '--allow-all'],
    needsRegistry: true,
  },
];

const USE = `
  const sandbox = await createSandbox();
  console.log(sandbox.accountSid.slice(0, 2), typeof initReportSchema.parse);
  await sandbox.close();
`;
const PROGRAMS = {
  'library.mjs': `
    import { createSandbox } from 'relay-phone';
    import { initReportSchema } from 'relay-phone/reports';
    ${USE}`,
  'library.cjs': `
    const { createSandbox } = require('relay-phone');
    const { initReportSchema } = require('relay-phone/reports');
    (async () => {${USE}})();`,
};

const TYPED = `
  import { createSandbox, type Sandbox } from 'relay-phone';
  import { initReportSchema, type InitReport } from 'relay-phone/reports';
  export const sandbox: Promise<Sandbox> = createSandbox();
  export const report: InitReport = initReportSchema.parse({});
  // @ts-expect-error it is not any
  export const status: symbol = initReportSchema.parse({}).text;
`;
const SETTINGS = {
  compilerOptions: { strict: true, noEmit: true, module: 'nodenext', types: [], skipLibCheck: false },
  files: ['typed.mts'],
};

let root: string;
let registry: Awaited<ReturnType<typeof serveRegistry>> | undefined;
let areInstalled = false;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'relay-phone-managers-'));
  await run(CHECKOUT, ['npm', 'pack', '--ignore-scripts', '--pack-destination', root]);
  registry = await serveRegistry(findTarball());
  // From the user's cache: they are 300 MB.
  const install = ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', '--prefix', root];
  const { code, output } = await run(root, [...install, ...PINNED], { HOME: process.env.HOME });
  areInstalled = code === 0 && existsSync(join(root, 'node_modules/.bin/pnpm'));
  // With a registry, the fault is ours.
  if (!areInstalled && (await run(root, ['npm', 'view', 'pnpm', 'version'])).code === 0)
    throw new Error(output);
}, 600_000);
afterAll(() => {
  registry?.close();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(({ skip }) => {
  if (!areInstalled) skip(NO_REGISTRY);
});

describe.each(MANAGERS)('a project of $name', ({ name, files, install, relayPhone, node, needsRegistry }) => {
  it('installs the package, and runs its program and its library', { timeout: 600_000 }, async () => {
    const project = createProject(name, { ...files, ...PROGRAMS });
    cpSync(findTarball(), join(project, 'relay-phone.tgz'));
    await runWell(project, install, needsRegistry && { NPM_CONFIG_REGISTRY: registry?.origin });
    // It must not be needed any more.
    rmSync(join(project, 'relay-phone.tgz'));

    const { version } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(await runWell(project, [...relayPhone, '--version'])).toContain(version);
    const shown = await runWell(project, [...relayPhone, 'init', '--sandbox', '--yes']);
    expect(shown).toContain('which shows: Your Firefox Relay verification code is');
    // The next lines can be pasted.
    if (!needsRegistry) expect(shown).toContain(` ${relayPhone.join(' ').replace(' --no --', '')} text `);
    expect(await runWell(project, [...relayPhone, 'exec', '--', 'node', '--version'])).toContain(
      process.version,
    );
    for (const file of Object.keys(PROGRAMS)) {
      expect(await runWell(project, [...node, file])).toContain('AC function');
    }
  });
});

it('compiles in the folder of pnpm, which has nothing but the package at its top', async () => {
  const project = createProject('pnpm types', {
    'typed.mts': TYPED,
    'tsconfig.json': JSON.stringify(SETTINGS),
  });
  await runWell(project, ['pnpm', 'add', findTarball()]);
  const modules = readdirSync(join(project, 'node_modules')).filter((file) => !file.startsWith('.'));
  expect(modules).toEqual(['relay-phone']);
  const compiler = join(CHECKOUT, 'node_modules/@typescript/native/bin/tsc');
  expect((await run(project, ['node', compiler, '-p', '.'])).output).toBe('');
});

function findTarball(): string {
  return join(root, readdirSync(root).find((file) => file.endsWith('.tgz')) ?? '');
}

function createProject(name: string, files: Readonly<Record<string, string>>): string {
  const project = join(root, name.replaceAll(/\W/g, '-'));
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "app", "private": true }');
  for (const [file, text] of Object.entries(files)) writeFileSync(join(project, file), text);
  return project;
}

/** Runs a program that must exit with 0, and returns its output. */
async function runWell(cwd: string, command: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { code, output } = await run(cwd, command, environment);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${output}`);
  return output;
}

function run(cwd: string, [program = '', ...args]: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !OUTER.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    // Their settings and caches, and our records of state folders.
    HOME: root,
    XDG_CONFIG_HOME: join(root, 'config'),
    PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
    // A company's proxy may have a certificate of its own.
    DENO_TLS_CA_STORE: 'system',
    ...(process.env.SSL_CERT_FILE && { YARN_HTTPS_CA_FILE_PATH: process.env.SSL_CERT_FILE }),
    // As on a developer's machine: in CI, yarn does not change its lock file.
    YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    ...environment,
  };
  return new Promise<{ code: number | string; output: string }>((settle) => {
    const options = { cwd, env, shell: process.platform === 'win32', maxBuffer: 1e8 };
    const child = execFile(program, args, options, (error, stdout, stderr) =>
      settle({ code: error?.code ?? 0, output: stdout + stderr }),
    );
    child.stdin?.end();
  });
}
