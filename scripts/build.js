// Builds dist/: our own code and the small libraries it starts with as one bundle, and the types beside it.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { writeNotices } from './notices.js';

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

rmSync('dist', { recursive: true, force: true });

const { metafile } = await build({
  entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts', reports: 'src/reports.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Native: its binary comes through npm (docs/decisions/bundle.md).
  external: ['libsql'],
  plugins: [withoutSdkTransport],
  define: { __VERSION__: JSON.stringify(version) },
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  metafile: true,
  logLevel: 'warning',
});
writeNotices(metafile, 'dist/THIRD-PARTY-NOTICES.txt');

execFileSync(
  process.execPath,
  [
    require.resolve('typescript/package.json').replace('package.json', 'bin/tsc'),
    '-p',
    'tsconfig.types.json',
  ],
  {
    stdio: 'inherit',
  },
);
