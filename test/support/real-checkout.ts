// Copies the real Firefox Relay that RELAY_CHECKOUT names, for tests that prepare, break or run it.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { findCheckout, findPython } from '../../src/firefox-relay/checkout.js';
import { recognizeApp } from '../../src/firefox-relay/recognize-app.js';
import { listen } from '../../src/http/listen.js';

/** The checkout to copy, and a Python with its requirements. */
export interface RealCheckout {
  readonly path: string;
  readonly python: string;
}

/** The reason to skip a test that needs the checkout. */
export const NO_CHECKOUT =
  'RELAY_CHECKOUT names no checkout of Firefox Relay with a Python (in it, active, or as RELAY_PYTHON)';

/** Files that a copy does not need, or that belong to the developer. */
const LEFT_OUT = /^(\.git|\.env|\.relay-phone|\.venv|env|venv|db\.sqlite3.*|node_modules|__pycache__)$/;

/** Returns the checkout that RELAY_CHECKOUT names, or undefined. */
export function findRealCheckout(): RealCheckout | undefined {
  const { RELAY_CHECKOUT, RELAY_PYTHON } = process.env;
  const checkout = RELAY_CHECKOUT ? findCheckout(RELAY_CHECKOUT) : undefined;
  const python =
    checkout && findPython({ checkout, pythonPath: RELAY_PYTHON || undefined, environment: process.env });
  return checkout && python && { path: checkout.path, python: python.path };
}

/** Copies the checkout without settings, database and virtual environments. */
export function copyCheckout({ path }: RealCheckout, to: string): void {
  cpSync(path, to, {
    recursive: true,
    filter: (source) => relative(path, source) === '' || !LEFT_OUT.test(basename(source)),
  });
}

/** Runs SQL on the database of a copy. */
export function changeDatabase({ python }: RealCheckout, copy: string, sql: string): void {
  const code =
    'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.close()';
  execFileSync(python, ['-c', code, join(copy, 'db.sqlite3'), sql]);
}

/** Returns the first value that an SQL query finds in the database of a copy. */
export function readDatabase({ python }: RealCheckout, copy: string, sql: string): string {
  const code = 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])';
  return execFileSync(python, ['-c', code, join(copy, 'db.sqlite3'), sql], { encoding: 'utf8' }).trim();
}

/** Starts Relay from a copy on a free port; it ends with the test. Returns its origin. */
export async function startRelay(
  { python }: RealCheckout,
  copy: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const probe = await listen(() => undefined, { port: 0 });
  await probe.close();
  const { port } = new URL(probe.origin);
  const child = spawn(python, ['manage.py', 'runserver', '--noreload', port], {
    cwd: copy,
    env: { PATH: process.env.PATH, ...environment },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  while (child.exitCode === null && (await recognizeApp(probe.origin)) !== 'relay') await sleep(100);
  return probe.origin;
}
