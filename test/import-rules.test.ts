// Holds the house rules on who may import whom.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = resolve(import.meta.dirname, '../src');

/** Which rooms a room may import from; every room may import from the files directly under src/. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'firefox-relay': ['http', 'programs', 'settings', 'state'],
  checks: ['firefox-relay', 'gateway', 'http', 'settings', 'setup', 'state', 'tunnel', 'twilio'],
  ci: [],
  cli: [
    'firefox-relay',
    'checks',
    'ci',
    'gateway',
    'http',
    'programs',
    'relay',
    'sandbox',
    'scenarios',
    'settings',
    'setup',
    'state',
    'tunnel',
    'twilio',
  ],
  gateway: ['http', 'state', 'twilio'],
  http: [],
  programs: [],
  relay: ['http', 'state', 'twilio'],
  sandbox: ['http', 'state'],
  scenarios: [],
  settings: ['programs'],
  setup: ['http', 'settings', 'state', 'twilio'],
  state: [],
  tunnel: ['http', 'programs'],
  twilio: ['http'],
};

/** Which rooms alone may import a package. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  '@hono/node-server': ['sandbox'],
  '@inquirer/prompts': ['cli'],
  '@ngrok/ngrok': ['tunnel'],
  chalk: ['cli'],
  commander: ['cli'],
  dotenv: ['settings'],
  execa: ['programs'],
  hono: ['sandbox'],
  'https-proxy-agent': ['http'],
  libsql: ['state'],
  'node:child_process': ['programs'],
  'proxy-from-env': ['http'],
  twilio: ['twilio'],
  diff: ['', 'scenarios'],
  yaml: [''],
  undici: ['http'],
  'yocto-spinner': ['cli'],
};

interface Import {
  readonly file: string;
  readonly room: string;
  readonly specifier: string;
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => join(SOURCE, file));
const imports = files.flatMap(importsOf);

describe('the house', () => {
  it('has no room the rules do not know', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => room !== '' && !(room in ALLOWED))).toEqual([]);
  });

  it('lets rooms import only those they build on', () => {
    const crossings = imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map((one) => ({ ...one, into: roomOf(resolve(dirname(one.file), one.specifier)) }))
      .filter(
        ({ room, into }) => room !== '' && into !== '' && into !== room && !ALLOWED[room]?.includes(into),
      );
    expect(crossings.map(describeImport)).toEqual([]);
  });

  it('keeps each package in the rooms that own it', () => {
    const strays = imports.filter(({ room, specifier }) => {
      const owners = Object.entries(OWNERS).find(
        ([name]) => specifier === name || specifier.startsWith(`${name}/`),
      );
      return owners && !owners[1].includes(room);
    });
    expect(strays.map(describeImport)).toEqual([]);
  });

  it('opens server sockets in http/ only, and ends the process in cli/ only', () => {
    expect(filesSaying(/\bcreateServer\b/, 'http')).toEqual([]);
    expect(filesSaying(/process\.exit\b/, 'cli')).toEqual([]);
    expect(filesSaying(/console\.(log|error|warn|info|debug)\(/, 'nowhere')).toEqual([]);
  });

  it('imports zod as a namespace, so that the bundle leaves out what is not used of it', () => {
    expect(filesSaying(/^import \{.*\} from 'zod'/m, 'nowhere')).toEqual([]);
  });

  it('starts each file with one sentence', () => {
    const silent = files.filter((file) => !/^\/\/ \S.*[.:]\n/.test(readFileSync(file, 'utf8')));
    expect(silent.map((file) => relative(SOURCE, file))).toEqual([]);
  });
});

function importsOf(file: string): Import[] {
  const source = readFileSync(file, 'utf8');
  const found = source.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)'([^']+)'/g);
  return [...found].map(([, specifier = '']) => ({ file, room: roomOf(file), specifier }));
}

function roomOf(path: string): string {
  const parts = relative(SOURCE, path).split(/[\\/]/);
  return parts.length > 1 ? (parts[0] ?? '') : '';
}

function filesSaying(pattern: RegExp, room: string): string[] {
  return files.filter((file) => roomOf(file) !== room && pattern.test(readFileSync(file, 'utf8')));
}

function describeImport({ file, specifier }: Import): string {
  return `${relative(SOURCE, file)} imports ${specifier}`;
}
