// Compiles a program against the declarations of the packed package, as projects with different settings do.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const MODULES = join(CHECKOUT, 'node_modules');
const COMPILERS = [
  { version: '5', tsc: 'typescript-5/bin/tsc', options: {} },
  // It warns of node10 otherwise.
  { version: '6', tsc: 'typescript/bin/tsc6', options: { ignoreDeprecations: '6.0' } },
  { version: '7', tsc: '@typescript/native/bin/tsc', options: {} },
];
const RESOLUTIONS = [
  { module: 'commonjs', moduleResolution: 'node10' },
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
];
const CASES = COMPILERS.flatMap(
  (compiler) =>
    RESOLUTIONS.map((resolution) => ({
      ...compiler,
      resolution,
      moduleResolution: resolution.moduleResolution,
    })),
  // TypeScript 7 does not have it.
).filter(({ version, moduleResolution }) => version !== '7' || moduleResolution !== 'node10');

const PROGRAM = `
  import { createSandbox, RelayPhoneError, type Sandbox } from 'relay-phone';
  import { matchers } from 'relay-phone/matchers';
  import { sandboxFixtures } from 'relay-phone/playwright';
  import { initReportSchema, type InitReport } from 'relay-phone/reports';
  import 'relay-phone/jest';
  import 'relay-phone/vitest';
  export async function use(): Promise<string> {
    const sandbox: Sandbox = await createSandbox({ clock: 'manual' });
    const { exchangeId } = await sandbox.nextEvent((event) => event.kind === 'webhook.sent');
    const report: InitReport = initReportSchema.parse({});
    if (report instanceof RelayPhoneError) throw report;
    // @ts-expect-error the types are not any
    sandbox.noSuchFunction();
    // @ts-expect-error the types are not any
    report.noSuchField;
    const { message } = matchers.toHaveHeard(sandbox.phone('+12125550190'), /code/);
    return String(exchangeId) + message() + sandboxFixtures.sandbox.name;
  }
`;

let project: string;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'relay-phone-types-'));
  await promisify(execFile)('npm', ['pack', '--ignore-scripts', '--pack-destination', project], {
    cwd: CHECKOUT,
    shell: process.platform === 'win32',
  });
  const [tarball = ''] = readdirSync(project);
  await promisify(execFile)('tar', ['-xzf', tarball], { cwd: project });
  mkdirSync(join(project, 'node_modules'));
  cpSync(join(project, 'package'), join(project, 'node_modules/relay-phone'), { recursive: true });
  writeFileSync(join(project, 'program.ts'), PROGRAM);
  for (const type of ['module', 'commonjs']) mkdirSync(join(project, type));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Returns what the compiler says about the program, in a package of this type, without types of Node.js or twilio. */
async function compile(tsc: string, options: object, type: string): Promise<string> {
  const folder = join(project, type);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }));
  cpSync(join(project, 'program.ts'), join(folder, 'program.ts'));
  const compilerOptions = {
    ...{ strict: true, noEmit: true, target: 'es2020', types: [], skipLibCheck: false },
    ...options,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  return new Promise((settle) => {
    execFile(process.execPath, [join(MODULES, tsc), '-p', folder], (_error, stdout, stderr) =>
      settle(stdout + stderr),
    );
  });
}

describe('the declarations of the package', () => {
  it.each(CASES)(
    'compile with TypeScript $version and moduleResolution $moduleResolution, without zod, @types/node and twilio',
    async ({ tsc, options, resolution }) => {
      // Only here the type of the importing package counts.
      const types = resolution.module === 'nodenext' ? ['module', 'commonjs'] : ['module'];
      for (const type of types) {
        expect(await compile(tsc, { ...options, ...resolution }, type)).toBe('');
      }
    },
  );

  it('name no file of src/, and no other package', () => {
    const folder = join(project, 'node_modules/relay-phone/dist');
    const files = readdirSync(folder).filter((file) => /\.d\.c?ts$/.test(file));
    const modules = files.flatMap((file) =>
      [
        ...readFileSync(join(folder, file), 'utf8').matchAll(
          /(?:^(?:import|export) .*from |^import |import\()'([^']+)'/gm,
        ),
      ].map(([, module]) => module),
    );
    const external = new Set(modules.filter((module) => !module?.startsWith('./')));
    expect([...external]).toEqual([]);
    expect(files.length).toBeLessThan(20);
  });
});

describe('the types of the JSON documents', () => {
  it('are those of the schemas', async () => {
    const folder = join(project, 'node_modules/relay-phone/dist');
    const declarations = readFileSync(join(folder, 'reports.d.cts'), 'utf8');
    const [exported = ''] = declarations.match(/^export type \{[^}]*\};$/m) ?? [];
    const names = [...declarations.matchAll(/^type (\w+) = /gm)]
      .map(([, name = '']) => name)
      .filter((name) => new RegExp(`\\b${name}\\b`).test(exported));
    expect(names.length).toBeGreaterThan(30);
    const lines = names.map(
      (name) => `
        export const to${name} = (document: source.${name}): packed.${name} => document;
        export const from${name} = (document: packed.${name}): source.${name} => document;`,
    );
    // In the checkout, where the schemas find zod.
    const program = join(CHECKOUT, 'node_modules/.cache/relay-phone-report-types.ts');
    const imports = [
      `import type * as source from ${JSON.stringify(join(CHECKOUT, 'src/reports.ts'))};`,
      `import type * as packed from ${JSON.stringify(join(folder, 'reports.js'))};`,
    ];
    writeFileSync(program, [...imports, ...lines].join('\n'));
    const settings = {
      extends: join(CHECKOUT, 'tsconfig.json'),
      compilerOptions: { noEmit: true, allowImportingTsExtensions: true, rootDir: '/' },
      files: [program],
      include: [],
    };
    const config = `${program}.json`;
    writeFileSync(config, JSON.stringify(settings));
    const output = await new Promise((settle) => {
      const tsc = join(MODULES, '@typescript/native/bin/tsc');
      execFile(process.execPath, [tsc, '-p', config], (_error, stdout, stderr) => settle(stdout + stderr));
    });
    expect(output).toBe('');
  });
});

describe('the CommonJS and the ES module of the package', () => {
  it('are one and the same', async () => {
    const script = `
      const { createRequire } = await import('node:module');
      const require = createRequire(process.cwd() + '/');
      for (const entry of ['relay-phone', 'relay-phone/matchers', 'relay-phone/playwright', 'relay-phone/reports']) {
        const [required, imported] = [require(entry), await import(entry)];
        const names = Object.keys(required);
        const same = names.filter((name) => required[name] === imported[name]);
        console.log(entry, names.length > 0, same.length === names.length);
      }`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', script],
      // In the package itself, where its dependencies are.
      { cwd: CHECKOUT },
    );
    expect(stdout.trim().split('\n')).toEqual([
      'relay-phone true true',
      'relay-phone/matchers true true',
      'relay-phone/playwright true true',
      'relay-phone/reports true true',
    ]);
  });
});
