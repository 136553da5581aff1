// Creates a folder that looks like a checkout of Firefox Relay, with small files under the names of Relay's.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The placeholder in its `.env-dist`. */
export const PLACEHOLDER = 'not-a-secret-at-all';

const FILES: Readonly<Record<string, string>> = {
  'manage.py': '',
  'privaterelay/settings.py': 'HOSTS = config("ALLOWED_HOSTS", "") or config("DJANGO_ALLOWED_HOST", "")\n',
  'phones/apps.py': '',
  'phones/models.py': '',
  'api/views/phones.py': '',
  'privaterelay/locales/en/phones.ftl': '',
  '.env-dist': `SECRET_KEY=${PLACEHOLDER}\nDEBUG=True\nSITE_ORIGIN="http://127.0.0.1:8000"\nPHONES_ENABLED=False\nSENTRY_DSN=""\n`,
};

/** Writes the checkout to `folder`. `files` replaces contents by path, and undefined leaves a file out. */
export function writeCheckout(
  folder: string,
  files: Readonly<Record<string, string | undefined>> = {},
): string {
  for (const [name, content] of Object.entries({ ...FILES, ...files })) {
    const path = join(folder, name);
    rmSync(path, { force: true });
    if (content === undefined) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}

/** Settings as `init` writes them. */
export const LOCAL_ENV = 'SECRET_KEY=mine\nPHONES_ENABLED=True\nSITE_ORIGIN=http://127.0.0.1:8000\n';

/** The answer of our Python script for a complete checkout. */
export const WELL = {
  python: '3.11.7',
  database: '/checkout/db.sqlite3',
  exists: true,
  pending: [] as string[],
  changes: [] as string[],
  token: null as string | null,
  flags: { phones: true, free_phones: true } as Record<string, boolean> | null,
  user: null as object | null,
};

/** A stand-in for the Python of a checkout. */
export interface StandIn {
  /** Sets the answer of the script from now on; a string is printed unchanged. */
  answer(what: object | string): void;
  /** Returns the arguments of each start, without the program and the script. */
  starts(): string[][];
}

/** Installs a Node.js program as the Python in `.venv`; POSIX systems only. */
export function writeStandIn(folder: string): StandIn {
  const [venv, said, log] = [
    join(folder, '.venv', 'bin'),
    join(folder, '.venv', 'said'),
    join(folder, '.venv', 'log'),
  ];
  mkdirSync(venv, { recursive: true });
  const program = `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
appendFileSync(${JSON.stringify(log)}, JSON.stringify(process.argv.slice(3)) + '\\n');
process.stdout.write(readFileSync(${JSON.stringify(said)}, 'utf8'));
`;
  writeFileSync(join(venv, 'python'), program, { mode: 0o755 });
  return {
    answer: (what) => writeFileSync(said, typeof what === 'string' ? what : JSON.stringify(what)),
    starts: () =>
      existsSync(log)
        ? readFileSync(log, 'utf8')
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as string[])
        : [],
  };
}

/** Returns each file of a folder with its content, for a later comparison, except the log of a stand-in. */
export function photograph(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return new Map(
    files
      .filter((path) => path !== join(folder, '.venv', 'log') && statSync(path).isFile())
      .map((path) => [path, readFileSync(path, 'base64')]),
  );
}
