// Finds out what the app in a folder is made with, and the command that starts it.
import { readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Checkout, findPython } from '../../firefox-relay/checkout.js';
import { readHost } from '../../origin.js';

/** Where a project is, and what else decides how it is started. */
export interface ProjectPlace {
  /** Absolute. */
  readonly folder: string;
  /** The Relay checkout that the folder is; undefined for any other project. */
  readonly checkout: Checkout | undefined;
  /** See `PythonSearch.pythonPath`. */
  readonly pythonPath?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The values of `.env`. */
  readonly envValues: ReadonlyMap<string, string>;
  /** As `process.platform`, which is the default. */
  readonly platform?: NodeJS.Platform | undefined;
}

/** A command, and the variables it needs. */
export interface AppCommand {
  /** Its paths are relative to the project's folder. */
  readonly words: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** The project in a folder. */
export interface Project {
  readonly kind: 'relay' | 'django' | 'flask' | 'node' | 'unknown';
  /** The port at which the app listens unless it is told another one; undefined if that is not known. */
  readonly usualPort: number | undefined;
  /** The path that looks as if it takes texts; undefined if none does, and for Relay. */
  readonly textPath: string | undefined;
  /** Returns the command that makes the app listen at an origin; undefined for an unknown project. */
  startAt(origin: string): AppCommand | undefined;
}

/** Returns the project in a folder. Reads its files, and runs nothing. */
export function findProject(place: ProjectPlace): Project {
  if (place.checkout) return createDjango(place, 'relay');
  if (readSmall(place.folder, 'manage.py')?.includes('django')) return createDjango(place, 'django');
  return findFlask(place) ?? findNode(place) ?? UNKNOWN;
}

const UNKNOWN: Project = {
  kind: 'unknown',
  usualPort: undefined,
  textPath: undefined,
  startAt: () => undefined,
};

function createDjango(place: ProjectPlace, kind: 'relay' | 'django'): Project {
  const words = [locatePython(place), 'manage.py', 'runserver'];
  return {
    kind,
    usualPort: undefined,
    textPath: undefined,
    startAt: (origin) => {
      const { host, port } = readAddress(origin);
      return createCommand([...words, host === undefined ? port : `${host}:${port}`]);
    },
  };
}

/** Files in which Flask looks for the app by itself, and others that it must be told of. */
const [FLASK_FILES, OTHER_FLASK_FILES] = [
  ['app.py', 'wsgi.py'],
  ['main.py', 'server.py'],
] as const;

/** An app is Flask's if FLASK_APP names it, or a file with one of the usual names imports flask. */
function findFlask(place: ProjectPlace): Project | undefined {
  const { folder, environment, envValues } = place;
  const imports = (name: string) => readSmall(folder, name)?.match(/^(?:from|import) flask\b/m);
  const named = envValues.get('FLASK_APP');
  const other = OTHER_FLASK_FILES.find(imports);
  const isFound = environment.FLASK_APP || FLASK_FILES.some(imports);
  if (!isFound && !named && !other) return undefined;
  // Flask itself reads FLASK_APP of the environment, but `.env` only where python-dotenv is installed.
  const app = environment.FLASK_APP ? undefined : (named ?? (isFound ? undefined : other));
  const words = [locatePython(place), '-m', 'flask', ...(app ? ['--app', app] : []), 'run'];
  return {
    kind: 'flask',
    usualPort: undefined,
    textPath: findTextPath([...FLASK_FILES, ...OTHER_FLASK_FILES].map((name) => readSmall(folder, name))),
    startAt: (origin) => {
      const { host, port } = readAddress(origin);
      return createCommand([...words, ...(host === undefined ? [] : ['--host', host]), '--port', port]);
    },
  };
}

/** How each package manager is recognised, and starts an app. */
const PACKAGE_MANAGERS = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
] as const;

/** An app of Node.js has a start script, or one of the files that people start by hand. */
function findNode({ folder, environment, envValues }: ProjectPlace): Project | undefined {
  const manifest = readJson(readSmall(folder, 'package.json'));
  if (manifest === undefined) return undefined;
  const script = readStartScript(manifest);
  const entries = script === undefined ? ['server.js', 'app.js', 'index.js'] : listScripts(script);
  const entry = entries.find((name) => script !== undefined || readSmall(folder, name)?.includes('.listen('));
  if (script === undefined && entry === undefined) return undefined;
  const manager = PACKAGE_MANAGERS.find(([lock]) => isFile(join(folder, lock)))?.[1] ?? 'npm';
  const words = script === undefined ? ['node', entry ?? ''] : [manager, 'start'];
  const source = entry === undefined ? undefined : readSmall(folder, entry);
  // Without its source nothing is known; most frameworks read PORT.
  const readsPort = source === undefined || (/\bPORT\b/.test(source) && /\benv\b/.test(source));
  const told = readsPort ? (environment.PORT ?? envValues.get('PORT')) : undefined;
  const usualPort = readPort(told) ?? (source === undefined ? undefined : findPort(source));
  return {
    kind: 'node',
    usualPort,
    textPath: findTextPath([source]),
    startAt: (origin) => {
      const { port } = readAddress(origin);
      return createCommand(words, readsPort && Number(port) !== usualPort ? { PORT: port } : {});
    },
  };
}

function readStartScript(manifest: object): string | undefined {
  const scripts = 'scripts' in manifest ? manifest.scripts : undefined;
  if (typeof scripts !== 'object' || scripts === null || !('start' in scripts)) return undefined;
  return typeof scripts.start === 'string' && scripts.start !== '' ? scripts.start : undefined;
}

/** Lists the files of source code that a start script names. */
function listScripts(script: string): string[] {
  return script.split(/\s+/).filter((word) => /\.[cm]?[jt]s$/.test(word));
}

/** Returns the port that a source file names, as the value of `port` or of `listen`, or after `PORT ||`. */
function findPort(source: string): number | undefined {
  const [, digits] =
    /\bPORT\b['"\])]{0,3} ?(?:\|\||\?\?) ?['"]?(\d{2,5})\b/.exec(source) ??
    /\bport ?[=:] ?['"]?(\d{2,5})\b/i.exec(source) ??
    /\.listen\( ?['"]?(\d{2,5})\b/.exec(source) ??
    [];
  return readPort(digits);
}

/** Returns the first route whose path has one of the usual words, such as `/sms`. */
function findTextPath(sources: readonly (string | undefined)[]): string | undefined {
  const routes = sources.flatMap((source = '') =>
    [...source.matchAll(/\.(?:post|all|route|use)\( ?['"]([^'"]*)['"]/g)].map(([, path = '']) => path),
  );
  const paths = routes.filter((path) => /^\/[\w/.-]+$/.test(path));
  return paths.find((path) => /sms|text|messag|inbound|webhook|twilio/i.test(path));
}

function readPort(digits: string | undefined): number | undefined {
  const port = Number(digits);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

function createCommand(words: readonly string[], variables: AppCommand['variables'] = {}): AppCommand {
  return { words, variables };
}

/** Returns the port of an origin, and its host unless a development server listens there by itself. */
function readAddress(origin: string): { readonly host: string | undefined; readonly port: string } {
  const url = new URL(origin);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return { host: ['127.0.0.1', 'localhost'].includes(url.hostname) ? undefined : readHost(url), port };
}

/** Returns the project's Python, relative to its folder if it is in it, and with slashes, which every shell takes. */
function locatePython({
  folder,
  environment,
  pythonPath,
  platform = process.platform,
}: ProjectPlace): string {
  const found = findPython({ checkout: { path: folder }, pythonPath, environment });
  if (!found) return platform === 'win32' ? 'python' : 'python3';
  const inside = relative(folder, found.path);
  const path = inside.startsWith('..') ? found.path : inside;
  return platform === 'win32' ? path.replaceAll('\\', '/') : path;
}

/** No source file of an app is larger, and a start must not wait for a large one. */
const MAX_BYTES = 1024 * 1024;

/** Returns the content of a file; undefined if there is none, or it is not what it seems to be. */
function readSmall(folder: string, name: string): string | undefined {
  try {
    const path = join(folder, name);
    const stat = statSync(path);
    return stat.isFile() && stat.size <= MAX_BYTES ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function readJson(text: string | undefined): object | undefined {
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
