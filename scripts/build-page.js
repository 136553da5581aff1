// Builds the page into dist/page/: its script, its worker and its style with hashed names, each also gzipped.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const OUT = 'dist/page';

/** Builds the page. @returns {Promise<import('esbuild').Metafile>} */
export async function buildPage() {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const { outputFiles, metafile } = await build({
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryPoints: {
      main: 'src/page/app/main.tsx',
      worker: 'src/page/app/worker.ts',
      style: 'src/page/app/style.css',
    },
    entryNames: '[name]-[hash]',
    outdir: OUT,
    metafile: true,
    logLevel: 'warning',
  });
  const names = outputFiles.map(({ path }) => basename(path));
  const nameOf = (/** @type {string} */ start) => names.find((name) => name.startsWith(`${start}-`));
  for (const { path, contents } of outputFiles) save(basename(path), contents);
  const html = readFileSync('src/page/app/index.html', 'utf8')
    .replace('{style}', `/assets/${nameOf('style')}`)
    .replace('{main}', `/assets/${nameOf('main')}`)
    .replace('{worker}', `/assets/${nameOf('worker')}`);
  save('index.html', Buffer.from(html));
  writeFileSync(`${OUT}/files.json`, JSON.stringify(names));
  return metafile;
}

/** @param {string} name @param {Uint8Array} contents */
function save(name, contents) {
  writeFileSync(`${OUT}/${name}`, contents);
  writeFileSync(`${OUT}/${name}.gz`, gzipSync(contents, { level: 9 }));
}
