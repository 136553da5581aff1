// Finds a checkout of Firefox Relay and the Python it runs with.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EnvReader } from '../settings/env-file/read.js';
import type { StateFolder } from '../state/folder.js';
import type { CheckoutFault } from './needs.js';

/** The process environment. It overrides `.env`. */
export type CheckoutEnvironment = Readonly<Record<string, string | undefined>>;

/** A folder with the source code of Firefox Relay. */
export interface Checkout {
  /** Absolute. */
  readonly path: string;
  /** The setting with the allowed hosts; an older Relay reads only DJANGO_ALLOWED_HOST. */
  readonly hostsKey: 'ALLOWED_HOSTS' | 'DJANGO_ALLOWED_HOST';
}

const SETTINGS = join('privaterelay', 'settings.py');
/** Files in every version of Relay that has phones. */
const PARTS = [
  'manage.py',
  SETTINGS,
  join('phones', 'apps.py'),
  join('phones', 'models.py'),
  join('api', 'views', 'phones.py'),
];

/** Returns the checkout in an absolute folder; undefined if one of Relay's files is missing. */
export function findCheckout(folder: string): Checkout | undefined {
  if (listMissingParts(folder).length > 0) return undefined;
  const settings = readFileSync(join(folder, SETTINGS), 'utf8');
  // In quotes, because every version assigns Django's own setting of that name.
  return {
    path: folder,
    hostsKey: /['"]ALLOWED_HOSTS['"]/.test(settings) ? 'ALLOWED_HOSTS' : 'DJANGO_ALLOWED_HOST',
  };
}

/** Lists the files that are missing from a folder for it to be a Relay checkout. */
export function listMissingParts(folder: string): string[] {
  return PARTS.filter((part) => !existsSync(join(folder, part)));
}

/** A Python program, and where it was found. */
export interface Python {
  /** The path of the program. */
  readonly path: string;
  /** For people, such as `.venv`. */
  readonly source: string;
}

/** Where {@link findPython} looks. */
export interface PythonSearch {
  readonly checkout: Pick<Checkout, 'path'>;
  /** The absolute path of a program or a virtual environment. If set, no other place counts. */
  readonly pythonPath: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const VENVS = ['.venv', 'env', 'venv'] as const;
/** Paths in a virtual environment: on Windows, and on other systems. */
const PYTHON_PATHS = [join('Scripts', 'python.exe'), join('bin', 'python')] as const;

/** Finds the Python of `--python`, else of the active virtual environment, else of one in the checkout. */
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

/** The input of the `checkout` commands. */
export interface CheckoutContext {
  readonly checkout: Checkout;
  readonly environment: CheckoutEnvironment;
  /** Reads the checkout's `.env`, which may be a named pipe. Default: a reader of its own. */
  readonly readEnv?: EnvReader;
  /** See {@link PythonSearch.pythonPath}. */
  readonly pythonPath?: string | undefined;
  /** The user with phones. Default: the user whose token is saved, else a user of our own. */
  readonly email?: string | undefined;
  /** The state folder with the saved token; undefined if there is no state folder yet. */
  readonly folder: StateFolder | undefined;
  /** Returns why the Python must not be run; undefined if the user has agreed. May ask. */
  readonly findDistrust: (checkout: Checkout, python: Python) => Promise<CheckoutFault | undefined>;
  /** Stops the running script. */
  readonly signal?: AbortSignal | undefined;
}

/** Finds the Python of the checkout. Returns a fault without one. */
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
