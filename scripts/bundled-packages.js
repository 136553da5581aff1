// Finds the packages whose code esbuild put into the bundles.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} BundledPackage
 * @property {string} folder where it is installed
 * @property {{ name: string, version: string, license?: string }} manifest its package.json
 */

/**
 * The packages with code in the bundles, once each, by their folder.
 * @param {import('esbuild').Metafile[]} metafiles what esbuild says it put into the bundles
 * @returns {BundledPackage[]}
 */
export function listBundledPackages(metafiles) {
  const outputs = metafiles.flatMap((metafile) => Object.values(metafile.outputs));
  const inputs = outputs.flatMap((output) => Object.entries(output.inputs));
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([input]) => input);
  const folders = new Set(used.flatMap((input) => packageFolder(input) ?? []));
  return [...folders].sort().map((folder) => ({
    folder,
    manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
  }));
}

/** @param {string} input @returns {string | undefined} */
function packageFolder(input) {
  return input.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0];
}
