// Copies the built package, so that a test can remove parts of it.
import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** Copies our own code, which looks for its files beside itself, and links the dependencies. @returns the program file of its CLI */
export function copyPackage(path: string, without: readonly string[]): string {
  mkdirSync(join(path, 'node_modules'), { recursive: true });
  for (const name of ['bin', 'dist', 'templates'])
    cpSync(join(ROOT, name), join(path, name), { recursive: true });
  copyFileSync(join(ROOT, 'package.json'), join(path, 'package.json'));
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    symlinkSync(join(ROOT, 'node_modules', name), join(path, 'node_modules', name));
  for (const name of without) rmSync(join(path, name), { recursive: true });
  return join(path, 'bin/relay-phone.js');
}
