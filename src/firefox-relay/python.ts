// Finds the Python that a checkout of Relay runs with.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkout } from './find.js';

/** A Python, and where it was found. */
export interface Python {
  /** The program to run. */
  readonly path: string;
  /** For people, such as `.venv`. */
  readonly source: string;
}

/** Where to look. */
export interface PythonPlaces {
  readonly checkout: Checkout;
  /** An absolute path of a program or of a virtual environment, which is then the only place. */
  readonly named: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const VENVS = ['.venv', 'env', 'venv'] as const;
/** In a virtual environment: on Windows, elsewhere. */
const PROGRAMS = [join('Scripts', 'python.exe'), join('bin', 'python')] as const;

/** The Python of `--python`, else of the active virtual environment, else of one in the checkout. */
export function findPython({ checkout, named, environment }: PythonPlaces): Python | undefined {
  if (named !== undefined) {
    const path = findProgram(named) ?? (existsSync(named) ? named : undefined);
    return path === undefined ? undefined : { path, source: '--python' };
  }
  const active = environment.VIRTUAL_ENV;
  const places = [
    ...(active ? [{ folder: active, source: 'the active virtual environment' }] : []),
    ...VENVS.map((name) => ({ folder: join(checkout.path, name), source: name })),
  ];
  for (const { folder, source } of places) {
    const path = findProgram(folder);
    if (path !== undefined) return { path, source };
  }
  return undefined;
}

function findProgram(venv: string): string | undefined {
  return PROGRAMS.map((program) => join(venv, program)).find((path) => existsSync(path));
}
