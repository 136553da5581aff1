// The package as npm packs and installs it: its files, and that it works in an empty folder.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ended } from '../support/workspace.js';

const CHECKOUT = resolve(import.meta.dirname, '../..');
/** The folders that are shipped, and the files beside them. */
const FOLDERS = /^(bin|dist|docs|templates|test\/example|test\/example-(flask|go|java|pytest|runners))\//;
const FILES = [
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'package.json',
  'bench/README.md',
];
/** What git does not have, and `npm pack` does not need. */
const NOT_COPIED = ['.git', 'node_modules', '.relay-phone', '.env'];
/** The scripts that npm would run, or ask about, where the package is installed. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare'];

/** The report of `npm pack --json` about one package. */
interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** What the test reads of a CycloneDX document. */
interface Bom {
  readonly metadata: { readonly component: { readonly purl: string } };
  readonly components: readonly {
    readonly purl: string;
    readonly licenses?: readonly unknown[];
    /** Says that it is bundled. */
    readonly properties?: readonly unknown[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/** A program like a developer's test suite; its argument is the report of an `init`. */
const SCRIPT = `
  import { createSandbox } from 'relay-phone';
  import { errorReportSchema, initReportSchema, statusReportSchema, undoReportSchema } from 'relay-phone/reports';
  const { origin, accountSid, authToken, close } = await createSandbox();
  const authorization = 'Basic ' + btoa(accountSid + ':' + authToken);
  const answer = await fetch(origin + '/2010-04-01/Accounts/' + accountSid + '.json', { headers: { authorization } });
  const { status } = await answer.json();
  await close();
  const report = initReportSchema.parse(JSON.parse(process.argv[2]));
  const others = [errorReportSchema, statusReportSchema, undoReportSchema];
  const accepted = others.map((schema) => schema.safeParse(report).success);
  process.stdout.write(JSON.stringify({ status, text: report.text.status, accepted }));
`;

/** Runs a command without a context, and prints the resulting error as the program does. */
const BUG = `
  import { run } from './node_modules/relay-phone/dist/commands/init/run.cjs';
  import { endWithError } from './node_modules/relay-phone/dist/core/end-with-error.cjs';
  process.exitCode = await run({}, undefined).catch((error) => endWithError(process, error, false));
`;

let root: string;
let project: string;
let packed: Packed;
let installed: Ended;

/** Types the lines that the README has for a packed tarball, in a copy of the clone. */
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'relay-phone-package-'));
  const clone = join(root, 'clone');
  project = join(root, 'my-app');
  cpSync(CHECKOUT, clone, {
    recursive: true,
    filter: (path) => !NOT_COPIED.includes(relative(CHECKOUT, path)),
  });
  // The build exists already, and the copy has nothing to build with.
  writeFileSync(join(clone, '.npmrc'), 'ignore-scripts=true\naudit=false\nfund=false\n');
  packed = readPacked(await run(clone, 'npm', 'pack', '--json', '--dry-run'));
  const [, lines = ''] =
    /\n(( {4}npm pack.*\n)( {4}.*\n)+)/.exec(readFileSync(join(clone, 'README.md'), 'utf8')) ?? [];
  installed = await run(clone, 'bash', '-euc', lines);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the package', () => {
  it('contains only the built program, its templates, pages and examples', () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths.filter((path) => !FOLDERS.test(path) && !FILES.includes(path))).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining([
        'bin/relay-phone.js',
        'dist/cli.cjs',
        'dist/commands/init/run.cjs',
        'dist/index.js',
        'dist/ngrok-child.cjs',
        'dist/program-guard.cjs',
        'dist/reports.js',
        'dist/index.d.ts',
        'dist/index.d.cts',
        'dist/matchers.cjs',
        'dist/vitest.d.ts',
        'dist/reports.d.cts',
        'dist/THIRD-PARTY-NOTICES.txt',
        'dist/cli.cjs.map',
        'dist/commands/init/run.cjs.map',
        'dist/sbom.cdx.json',
        'templates/ci/circleci.yml',
        'templates/ci/github.yml',
        'templates/ci/gitlab.yml',
        'templates/ngrok-v2.yml',
        'templates/ngrok-v3.yml',
        'templates/relay_checkout.py',
        'LICENSE',
        'package.json',
        'docs/init.md',
        'docs/schemas/init.json',
        'test/example/app.test.js',
        'test/example-pytest/conftest.py',
      ]),
    );
    expect(paths.filter((path) => /^(bin|dist)\/.*\.test\.|(^|\/)\.|__pycache__/.test(path))).toEqual([]);
  });

  it('has a file for every relative link of its pages', () => {
    const pages = packed.files.map(({ path }) => path).filter((path) => path.endsWith('.md'));
    const links = pages.flatMap((page) => listLinks(readInstalled(page)).map((link) => ({ page, link })));
    expect(links.length).toBeGreaterThan(100);
    expect(links.filter(({ page, link }) => !isPacked(posix.join(posix.dirname(page), link)))).toEqual([]);
  });

  it('has every page and template that the program names', () => {
    const programs = packed.files.map(({ path }) => path).filter((path) => /^dist\/.*\.c?js$/.test(path));
    const named = programs.flatMap((path) => listNamedFiles(readInstalled(path)));
    expect(named).toContain('docs/play.md');
    expect([...new Set(named)].filter((file) => !isPacked(file))).toEqual([]);
  });

  it('has no script that npm runs where it is installed', () => {
    const { scripts } = JSON.parse(readInstalled('package.json')) as { scripts: Record<string, string> };
    expect(Object.keys(scripts).filter((name) => INSTALL_SCRIPTS.includes(name))).toEqual([]);
  });

  it("loads ngrok's SDK in the child process of the tunnel", async () => {
    expect(await openTunnel()).toMatchObject({ kind: 'failed', stage: 'session' });
  });

  it('contains no path of the build machine', () => {
    const folder = join(project, 'node_modules/relay-phone');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((file) => statSync(file).isFile());
    expect(files).toHaveLength(packed.files.length);
    const guilty = files.filter((file) => {
      const content = readFileSync(file, 'utf8').replaceAll('\\', '/');
      return content.includes(CHECKOUT.replaceAll('\\', '/'));
    });
    expect(guilty).toEqual([]);
  });

  it('lists all packages that a user gets in a valid CycloneDX document', () => {
    const bom = JSON.parse(readInstalled('dist/sbom.cdx.json')) as Bom;
    const ajv = new Ajv({ strict: false, validateFormats: false });
    for (const name of ['spdx', 'jsf-0.82'])
      ajv.addSchema(readSchema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
    const isValid = ajv.validate(readSchema('bom-1.6'), bom);
    expect({ isValid, errors: ajv.errors }).toEqual({ isValid: true, errors: null });

    const bundled = bom.components.filter(({ properties }) => properties !== undefined);
    const notices = readInstalled('dist/THIRD-PARTY-NOTICES.txt').matchAll(/^(\S+) (\d\S*) \(.*\)$/gm);
    const noticed = [...notices].map(([, name = '', version = '']) => formatPurl(name, version));
    expect(noticed.length).toBeGreaterThan(50);
    expect(bundled.map(({ purl }) => purl).toSorted()).toEqual(noticed.toSorted());

    const lock = readFileSync(join(project, 'node_modules/.package-lock.json'), 'utf8');
    const { packages } = JSON.parse(lock) as { packages: Record<string, { version: string }> };
    const installed = Object.entries(packages).map(([path, { version }]) =>
      formatPurl(path.replace('node_modules/', ''), version),
    );
    const own = bom.metadata.component.purl;
    const listed = [own, ...bom.components.map(({ purl }) => purl)];
    expect(installed.filter((purl) => !listed.includes(purl))).toEqual([]);
    expect(bom.components.filter(({ licenses }) => !licenses?.length)).toEqual([]);

    const used = new Map(bom.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
    const reached = new Set([own]);
    for (const ref of reached) for (const next of used.get(ref) ?? []) reached.add(next);
    expect([...reached].toSorted()).toEqual(listed.toSorted());
  });

  it('maps the stack of an internal error to src/', async () => {
    writeFileSync(join(project, 'bug.mjs'), BUG);
    const { code, stderr } = await run(project, process.execPath, 'bug.mjs');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ {2}\| TypeError: .*\n {2}\| +at .*\(src\/cli\/[\w/-]*\.ts:\d+:\d+\)$/m);
    expect(stderr).not.toContain('relay-phone/dist/');
  });

  it("installs into an empty folder with the README's lines, without a warning, and delivers a text", () => {
    expect(installed).toMatchObject({ code: 0 });
    expect(installed.stderr).not.toMatch(/\bwarn\b/i);
    expect(installed.stdout).toMatch(
      /delivered to \+12025550190, which shows: .* verification code is \d{6}/,
    );
    expect(readFileSync(join(project, '.env'), 'utf8')).toMatch(/^TWILIO_ACCOUNT_SID=AC/m);
  });
});

describe('the installed package', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8'));
    expect(await relayPhone('--version')).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  it('exports the sandbox and the schemas to a test suite, whose process can end', async () => {
    const { stdout: report } = await relayPhone('init', '--sandbox', '--yes', '--json');
    writeFileSync(join(project, 'use.mjs'), SCRIPT);
    const { code, stdout, stderr } = await run(project, process.execPath, 'use.mjs', report);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      status: 'active',
      text: 'delivered',
      accepted: [false, false, false],
    });
  });
});

/** These tests break it. */
describe('the installed package without its native modules', () => {
  it("reports that ngrok's SDK does not load", async () => {
    rmSync(join(project, 'node_modules/@ngrok'), { recursive: true });
    expect(await openTunnel()).toMatchObject({ kind: 'failed', stage: 'load', code: 'MODULE_NOT_FOUND' });
  });

  it('says that the database is not installed, from the program and from the library', async () => {
    rmSync(join(project, 'node_modules/@libsql'), { recursive: true });
    const sentence =
      /Failed to load the database: the package @libsql\/[\w-]+ is not installed \(MODULE_NOT_FOUND\)/;
    const advice = 'install the packages again, on this machine and without --omit=optional';
    const shown = await relayPhone('init', '--sandbox', '--yes');
    expect(shown).toMatchObject({ code: 3, stderr: expect.stringMatching(sentence) });
    expect(shown.stderr).toContain(`Try: ${advice}`);
    const script = `import { createSandbox } from 'relay-phone';
      const { name, kind, message, tryNext } = await createSandbox().catch((error) => error);
      process.stdout.write(JSON.stringify({ name, kind, message, tryNext }));`;
    const { stdout } = await run(project, process.execPath, '--input-type=module', '-e', script);
    expect(JSON.parse(stdout)).toEqual({
      name: 'RelayPhoneError',
      kind: 'needsUser',
      message: expect.stringMatching(sentence),
      tryNext: [advice],
    });
  });
});

/** The targets of the relative links of a page, without their anchors. */
function listLinks(page: string): string[] {
  const targets = [...page.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target.replace(/#.*/, ''));
  return targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

/** The pages and templates that a built program names, in messages too. */
function listNamedFiles(program: string): string[] {
  const pages = [...program.matchAll(/locateDocs\)?\(["']([\w/.-]+)["']\)/g)].map(
    ([, page]) => `docs/${page}`,
  );
  return [
    ...pages,
    ...[...program.matchAll(/\b(?:docs\/[\w/-]+\.md|templates\/[\w/-]+\.\w+)/g)].map(([file]) => file),
  ].filter(
    // Twilio's and ngrok's pages are addresses.
    (file) => !program.includes(`.com/${file}`),
  );
}

/** True for a file of the package, or a folder with files. */
function isPacked(path: string): boolean {
  return packed.files.some(
    (file) => file.path === path || file.path.startsWith(`${path.replace(/\/$/, '')}/`),
  );
}

function readInstalled(file: string): string {
  return readFileSync(join(project, 'node_modules/relay-phone', file), 'utf8');
}

function formatPurl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** Reads a schema from CycloneDX's own library. */
function readSchema(name: string): object {
  const folder = join(CHECKOUT, 'node_modules/@cyclonedx/cyclonedx-library/res/schema');
  return JSON.parse(readFileSync(join(folder, `${name}.SNAPSHOT.schema.json`), 'utf8'));
}

/** Opens a tunnel to nowhere in the child process of the installed package. @returns its first message */
async function openTunnel(): Promise<unknown> {
  const child = fork(join(project, 'node_modules/relay-phone/dist/ngrok-child.cjs'), { execArgv: [] });
  child.send({
    kind: 'open',
    authtoken: 'nobody',
    server: '127.0.0.1:9',
    upstream: 'http://127.0.0.1:9',
    heartbeat: { intervalSeconds: 5, toleranceSeconds: 5 },
  });
  const [message] = await once(child, 'message');
  child.kill('SIGKILL');
  return message;
}

function relayPhone(...args: string[]): Promise<Ended> {
  return run(project, 'npx', 'relay-phone', ...args);
}

/** Runs a program without the settings an outer npm or a developer's shell would pass on. */
async function run(cwd: string, program: string, ...args: string[]): Promise<Ended> {
  const outer =
    /^(npm_(config_(local_prefix|package)|package|lifecycle|command|execpath)|INIT_CWD|TWILIO_|RELAY_PHONE_|SITE_ORIGIN)/;
  const inherited = Object.entries(process.env).filter(([name]) => !outer.test(name));
  // Without --yes npx runs only the installed package, and fetches no other one of that name.
  const env = { ...Object.fromEntries(inherited), npm_config_yes: 'false' };
  // On Windows npm is a batch file, which only a shell can start.
  const child = spawn(program, args, {
    cwd,
    env,
    shell: process.platform === 'win32' && program !== process.execPath,
  });
  child.stdin.end();
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await once(child, 'exit')) as [number | null];
  const [stdout, stderr] = await output;
  return { code, stdout, stderr };
}

function readPacked({ code, stdout, stderr }: Ended): Packed {
  const packages = code === 0 ? (JSON.parse(stdout) as Packed[]) : [];
  if (!packages[0]) throw new Error(`npm pack ended with ${code}: ${stderr}`);
  return packages[0];
}
