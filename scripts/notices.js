// Writes the licence texts of every library whose code went into the bundle.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {import('./bundled-packages.js').BundledPackage[]} packages
 * @param {string} file where the notices go
 */
export function writeNotices(packages, file) {
  writeFileSync(file, packages.map(notice).join('\n\n'));
}

/** @param {import('./bundled-packages.js').BundledPackage} bundled */
function notice({ folder, manifest: { name, version, license } }) {
  const text = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return `${name} ${version} (${license})\n\n${text ? readFileSync(join(folder, text), 'utf8').trim() : ''}`;
}
