// Finds a checkout of Firefox Relay and the Python it runs with.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StateFolder } from '../state/folder.js';
import type { CheckoutFault } from './needs.js';

/** The process environment, which wins over `.env`. */
export type CheckoutEnvironment = Readonly<Record<string, string | undefined>>;

/** A folder with Firefox Relay's sources in it. */
export interface Checkout {
  /** Absolute, as it was asked for. */
  readonly path: string;
  /** The newest name of the host list that its settings read; an older Relay knows only DJANGO_ALLOWED_HOST. */
  readonly hostsKey: 'ALLOWED_HOSTS' | 'DJANGO_ALLOWED_HOST';
}

const SETTINGS = join('privaterelay', 'settings.py');
/** What makes a folder a Relay with phones, in every version that has them. */
const PARTS = [
  'manage.py',
  SETTINGS,
  join('phones', 'apps.py'),
  join('phones', 'models.py'),
  join('api', 'views', 'phones.py'),
];

/** The checkout in `folder`, which is absolute; undefined when something of Relay's is not there. */
export function findCheckout(folder: string): Checkout | undefined {
  if (listMissingParts(folder).length > 0) return undefined;
  const settings = readFileSync(join(folder, SETTINGS), 'utf8');
  // In quotes, because the list in Django has that name in every version.
  return {
    path: folder,
    hostsKey: /['"]ALLOWED_HOSTS['"]/.test(settings) ? 'ALLOWED_HOSTS' : 'DJANGO_ALLOWED_HOST',
  };
}

/** The files that a folder lacks to be a Relay checkout. */
export function listMissingParts(folder: string): string[] {
  return PARTS.filter((part) => !existsSync(join(folder, part)));
}

/** A Python, and where it was found. */
export interface Python {
  /** The program to run. */
  readonly path: string;
  /** For people, such as `.venv`. */
  readonly source: string;
}

/** Where to look. */
export interface PythonSearch {
  readonly checkout: Checkout;
  /** An absolute path of a program or of a virtual environment, which is then the only place. */
  readonly pythonPath: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const VENVS = ['.venv', 'env', 'venv'] as const;
/** In a virtual environment: on Windows, elsewhere. */
const PYTHON_PATHS = [join('Scripts', 'python.exe'), join('bin', 'python')] as const;

/** The Python of `--python`, else of the active virtual environment, else of one in the checkout. */
export function findPython({ checkout, pythonPath, environment }: PythonSearch): Python | undefined {
  if (pythonPath !== undefined) {
    const path = findProgram(pythonPath) ?? (existsSync(pythonPath) ? pythonPath : undefined);
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
  return PYTHON_PATHS.map((program) => join(venv, program)).find((path) => existsSync(path));
}

/** What looking at a checkout and preparing it start from. */
export interface CheckoutContext {
  readonly checkout: Checkout;
  readonly environment: CheckoutEnvironment;
  /** The Python to take; see {@link findPython}. */
  readonly pythonPath?: string | undefined;
  /** The user with phones; by default the one whose token was kept, else one of ours. */
  readonly email?: string | undefined;
  /** Where the token is kept; undefined when nothing was kept yet. */
  readonly folder: StateFolder | undefined;
  /** Ends the script that runs. */
  readonly signal?: AbortSignal | undefined;
}

/** The Python of the checkout, or why there is none. */
export function findCheckoutPython(context: CheckoutContext): Python | CheckoutFault {
  const { checkout, environment, pythonPath } = context;
  const python = findPython({ checkout, environment, pythonPath });
  if (python) return python;
  return {
    need: 'python',
    reason: pythonPath
      ? `there is no Python at ${pythonPath}`
      : `no virtual environment is active, and there is none in .venv, env or venv of ${checkout.path}`,
    tryNext: [
      'python3.11 -m venv .venv, then .venv/bin/python -m pip install -r requirements.txt, in the checkout',
      '--python PATH of the Python that has what Relay requires',
    ],
  };
}
