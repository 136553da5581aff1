// Builds dist/: our own code and the small libraries it starts with as one bundle, and the types beside it.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, parse, relative } from 'node:path';
import { build } from 'esbuild';
import { buildPage } from './build-page.js';
import { bundleTypes } from './bundle-types.js';
import { listBundledPackages } from './bundled-packages.js';
import { writeNotices } from './notices.js';
import { writeSbom } from './sbom.js';

const require = createRequire(import.meta.url);
const { version } = require('../package.json');

/** The SDK's own HTTP client, whose place `src/twilio/transport.ts` takes: it and its axios stay out of the bundle. */
const withoutSdkTransport = {
  name: 'without-sdk-transport',
  setup: (/** @type {import('esbuild').PluginBuild} */ { onLoad }) =>
    onLoad({ filter: /twilio[\\/]lib[\\/]base[\\/]RequestClient\.js$/ }, () => ({
      contents: 'module.exports = class {};',
    })),
};

/** The SDK's resources of an account, such as `message`: most commands use five of them, and together they are its largest part. */
const RESOURCES = 'node_modules/twilio/lib/rest/api/v2010/account';
const resources = readdirSync(RESOURCES)
  .filter((file) => file.endsWith('.js'))
  .map((file) => `twilio/${parse(file).name}`);

/** Each resource of an account has a file of its own, which is loaded when the SDK's getter is first used. */
const loadResourcesLazily = {
  name: 'load-resources-lazily',
  setup: (/** @type {import('esbuild').PluginBuild} */ { onLoad, onResolve }) => {
    onLoad({ filter: /twilio[\\/]lib[\\/]rest[\\/]api[\\/]v2010[\\/]account\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /^const (\w+) = require\("\.\/account\/(\w+)"\);$/gm,
        'const $1 = new Proxy({}, { get: (_, name) => require("resource:$2").default[name] });',
      ),
    }));
    onResolve({ filter: /^resource:/ }, ({ path }) => ({
      path: path.replace(/^resource:(.*)$/, './twilio/$1.cjs'),
      external: true,
    }));
  },
};

rmSync('dist', { recursive: true, force: true });

/** The modules below `src/cli/` that start-up does not need: `dist/` has each under the same path, loaded when it is used. */
const lazyModules = [
  'core/end-with-error',
  ...readdirSync('src/cli/commands', { recursive: true, encoding: 'utf8' })
    .filter((file) => parse(file).base === 'run.ts')
    .map((file) => `commands/${parse(file).dir.replaceAll('\\', '/')}/run`),
];

const loadLazily = {
  name: 'load-lazily',
  setup: (/** @type {import('esbuild').PluginBuild} */ { onResolve }) =>
    onResolve({ filter: /^\.\.?\/.+\.js$/ }, ({ path, resolveDir }) => {
      const name = relative('src/cli', join(resolveDir, path)).replaceAll('\\', '/');
      return lazyModules.includes(name.replace(/\.js$/, ''))
        ? { path: `./${name.replace(/\.js$/, '.cjs')}`, external: true }
        : undefined;
    }),
};

/** What other programs import, by the names in `exports` of package.json. */
const entries = {
  index: 'index',
  matchers: 'testing/matchers',
  playwright: 'testing/playwright',
  reports: 'reports',
};

/** What is loaded by its name: `doctor` looks whether it is all there. */
const files = [
  ...['ngrok-child', 'program-guard', ...lazyModules, ...resources].map((name) => `dist/${name}.cjs`),
  ...readdirSync('templates').map((name) => `templates/${name}`),
];

/** @type {import('esbuild').BuildOptions & { metafile: true }} */
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  define: { __VERSION__: JSON.stringify(version), __FILES__: JSON.stringify(files) },
  metafile: true,
  // The less there is to read, the faster it starts. Names stay, for stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  // Read only when a bug is shown (src/cli/core/source-places.ts).
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
};

// CommonJS, because Node.js starts it faster than modules (docs/decisions/bundle.md).
/** @type {import('esbuild').BuildOptions & { metafile: true }} */
const commonJs = {
  ...common,
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  // Becomes a `require` in a promise.
  supported: { 'dynamic-import': false },
};

const start = await build({
  ...commonJs,
  entryPoints: { cli: 'src/cli/main.ts' },
  outdir: 'dist',
  plugins: [loadLazily],
});

// esbuild splits only modules, so they become CommonJS in a second pass.
const MODULES = 'dist/modules';
const rest = await build({
  ...common,
  entryPoints: [
    ...Object.entries(entries).map(([out, module]) => ({ in: `src/${module}.ts`, out })),
    { in: 'src/tunnel/ngrok/child.ts', out: 'ngrok-child' },
    { in: 'src/programs/guard-process.ts', out: 'program-guard' },
    ...lazyModules.map((name) => ({ in: `src/cli/${name}.ts`, out: name })),
    ...resources.map((name) => ({ in: `${RESOURCES}/${parse(name).base}.js`, out: name })),
  ],
  outdir: MODULES,
  outExtension: { '.js': '.cjs' },
  splitting: true,
  format: 'esm',
  // Native: their binaries come through npm (docs/decisions/bundle.md).
  external: ['libsql', '@ngrok/ngrok'],
  plugins: [withoutSdkTransport, loadResourcesLazily],
  define: { ...common.define, 'import.meta.url': 'moduleUrl' },
  inject: ['scripts/module-url.js'],
});
await build({
  ...commonJs,
  bundle: false,
  entryPoints: Object.keys(rest.metafile.outputs).filter((file) => file.endsWith('.cjs')),
  outbase: MODULES,
  outdir: 'dist',
  loader: { '.cjs': 'js' },
});
rmSync(MODULES, { recursive: true });

// One state for a process: `import` gets the names of the same CommonJS modules that `require` loads.
for (const name of Object.keys(entries)) {
  const names = rest.metafile.outputs[`${MODULES}/${name}.cjs`].exports.join(', ');
  writeFileSync(
    `dist/${name}.js`,
    `import commonJs from './${name}.cjs';\nexport const { ${names} } = commonJs;\n`,
  );
}

const page = await buildPage();
const packages = listBundledPackages([start.metafile, rest.metafile, page]);
writeNotices(packages, 'dist/THIRD-PARTY-NOTICES.txt');
writeSbom(packages, 'dist/sbom.cdx.json');

await bundleTypes(entries, { vitest: 'testing/vitest', jest: 'testing/jest' });
