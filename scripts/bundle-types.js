// Writes the declarations of the package's entries: only what they export, without the paths of src/.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { writePlainReportTypes } from './plain-report-types.js';

const require = createRequire(import.meta.url);

/** The compiler's own output, a file for each module: only the bundler reads it. */
const UNBUNDLED = 'dist/unbundled-types';

/** What the types need besides TypeScript's default library, ES5: promises, async iterables and `using`. */
const LIBRARIES = ['es2020', 'esnext.disposable'].map((name) => `/// <reference lib="${name}" />\n`).join('');

/**
 * Writes the types of each entry for `require`, and a file for `import` that exports the same ones: so a type is the same one in
 * both. The types that several entries name are in `types.d.cts`.
 *
 * @param {Readonly<Record<string, string>>} entries the modules by the names of their files in dist/, from src/, without `.ts`
 * @param {Readonly<Record<string, string>>} augmentations the same, of declarations written by hand
 */
export async function bundleTypes(entries, augmentations) {
  const compiler = require.resolve('@typescript/native/package.json').replace('package.json', 'bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.types.json', '--outDir', UNBUNDLED], {
    stdio: 'inherit',
  });
  writePlainReportTypes(UNBUNDLED);
  const bundle = await rollup({
    input: Object.fromEntries(
      Object.entries(entries).map(([name, module]) => [name, `${UNBUNDLED}/${module}.d.ts`]),
    ),
    external: (name) => !/^[./]/.test(name),
    plugins: [dts({ compilerOptions: { skipLibCheck: true } })],
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  await bundle.write({
    dir: 'dist',
    format: 'es',
    banner: LIBRARIES,
    entryFileNames: '[name].d.cts',
    chunkFileNames: 'types.d.cts',
  });
  rmSync(UNBUNDLED, { recursive: true });
  for (const name of Object.keys(entries)) {
    writeFileSync(`dist/${name}.d.ts`, `export * from './${name}.cjs';\n`);
  }
  for (const [name, module] of Object.entries(augmentations)) {
    const declarations = readFileSync(`src/${module}.d.ts`, 'utf8').replace(/ *\/\/ biome-ignore.*\n/g, '');
    writeFileSync(`dist/${name}.d.ts`, declarations);
    writeFileSync(`dist/${name}.d.cts`, declarations.replaceAll('./matchers.js', './matchers.cjs'));
  }
}
