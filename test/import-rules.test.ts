// Checks the source against the import rules of DESIGN section 4, and the rules on what only one room may do.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findViolations } from './support/import-rules.js';

const ROOT = resolve(import.meta.dirname, '..');
const SOURCE = join(ROOT, 'src');
const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'))
  .map((file) => join(SOURCE, file));

/** Besides the screen: the streams themselves, commander's help, a constant after Ctrl-C, and the debug log with its own lines. */
const TERMINAL_WRITERS = [
  'src/cli/core/ports.ts',
  'src/cli/core/program.ts',
  'src/cli/core/screen.ts',
  'src/cli/main.ts',
  'src/debug.ts',
];

/** What they open is verified, has just been made, or is only looked at. */
const STATE_FOLDER_OPENERS = [
  'src/checks/doctor/machine/state-folder.ts',
  'src/cli/commands/smoke/stage.ts',
  'src/cli/core/state-place.ts',
  'src/sandbox/proxy/child-environment.ts',
  'src/state/folder.ts',
  'src/state/ownership.ts',
];

/** What runs in a browser sends its requests to the server of the page. */
function isInBrowser(file: string): boolean {
  return relative(SOURCE, file).startsWith(join('page', 'app'));
}

describe('the source code', () => {
  it('follows the import rules and has no import cycle, type-only imports included', async () => {
    expect(await findViolations(ROOT)).toEqual([]);
  });

  it('opens server sockets only in http/ and exits the process only in cli/', () => {
    expect(filesWith(/\bcreateServer\b/, 'http')).toEqual([]);
    expect(filesWith(/process\.exit\b/, 'cli')).toEqual([]);
    expect(filesWith(/console\.(log|error|warn|info|debug)\(/, 'nowhere')).toEqual([]);
  });

  it('sends requests only in http/, whose agents ignore the proxy variables of the environment', () => {
    const senders = files.filter(
      (file) => roomOf(file) !== 'http' && !isInBrowser(file) && isSender(readFileSync(file, 'utf8')),
    );
    expect(senders.map((file) => relative(SOURCE, file))).toEqual([]);
    expect(filesWith(/\bglobalAgent\b/, 'nowhere')).toEqual([]);
  });

  it('writes to a terminal only in the screen, which makes control characters visible', () => {
    const writers = filesWith(/(\bstdout|\bstderr|\bstream)\??\.write\(|process\.std(out|err)\b/, 'nowhere');
    expect(writers).toEqual(TERMINAL_WRITERS);
    const painters = filesWith(/(from |import\()'(chalk|yocto-spinner)'/, 'nowhere');
    expect(painters).toEqual(['src/cli/core/screen.ts']);
  });

  it('opens a state folder only where its owner is verified, and starts git only where its hooks are off', () => {
    const opening = /\b(openStateFolder|findStateFolder|openStateOwnership|createOwnPlace)\(/;
    expect(filesWith(opening, 'nowhere')).toEqual(STATE_FOLDER_OPENERS);
    expect(filesWith(/runProgram\((git|'git')/, 'nowhere')).toEqual(['src/settings/env-file/git-program.ts']);
  });

  it('imports zod as a namespace, which keeps unused parts of it out of the bundle', () => {
    expect(filesWith(/^import \{.*\} from 'zod'/m, 'nowhere')).toEqual([]);
  });

  it('opens each file with a one-sentence comment', () => {
    const silent = files.filter((file) => !/^\/\/ \S.*[.:]\n/.test(readFileSync(file, 'utf8')));
    expect(silent.map((file) => relative(SOURCE, file))).toEqual([]);
  });

  it('exports each name from only one file, except the `run` of commands', () => {
    const owners = new Map<string, string[]>();
    for (const file of files) {
      for (const name of exportsOf(file)) {
        owners.set(name, [...(owners.get(name) ?? []), relative(SOURCE, file)]);
      }
    }
    const repeated = [...owners].filter(([name, where]) => name !== 'run' && where.length > 1);
    expect(repeated).toEqual([]);
  });
});

describe('the import rules', () => {
  it.each([
    [
      'an import cycle',
      {
        'relay/a.ts': "import { b } from './b.js';\nexport const a = b;",
        'relay/b.ts': "import './a.js';\nexport const b = 1;",
      },
      'has no import cycle: src/relay/a.ts → src/relay/b.ts → src/relay/a.ts',
    ],
    [
      'a cycle of type-only imports',
      {
        'relay/a.ts': "import type { B } from './b.js';\nexport interface A { b: B }",
        'relay/b.ts': "import type { A } from './a.js';\nexport interface B { a?: A }",
      },
      'has no import cycle: src/relay/a.ts → src/relay/b.ts → src/relay/a.ts',
    ],
    [
      'a cycle through a type that an expression imports',
      {
        'relay/a.ts': "export interface A { b: import('./b.js').B }",
        'relay/b.ts': "import type { A } from './a.js';\nexport interface B { a?: A }",
      },
      'has no import cycle: src/relay/a.ts → src/relay/b.ts → src/relay/a.ts',
    ],
    [
      'an import of the sandbox by relay',
      { 'relay/a.ts': "import '../sandbox/create.js';", 'sandbox/create.ts': 'export {};' },
      'lets relay import only the rooms it builds on: src/relay/a.ts → src/sandbox/create.ts',
    ],
    [
      'a room without rules',
      { 'helpers/a.ts': "import '../errors.js';", 'errors.ts': 'export {};' },
      'knows every room: src/helpers/a.ts → src/errors.ts',
    ],
    [
      'an import by traces, which a browser must be able to run',
      {
        'sandbox/traces/a.ts':
          "import type { B } from '../../b.js';\nimport 'node:path';\nexport const a: B = 1;",
        'b.ts': 'export type B = number;',
      },
      'lets sandbox/traces run in a browser: it imports nothing but types: src/sandbox/traces/a.ts → path',
    ],
    [
      'an import of the server by the platform',
      {
        'sandbox/platform/a.ts': "import type { B } from '../server/b.js';\nexport type A = B;",
        'sandbox/server/b.ts': 'export type B = 1;',
      },
      'lets sandbox/platform import only the parts it builds on: src/sandbox/platform/a.ts → src/sandbox/server/b.ts',
    ],
    [
      'an import of the insides of voice by phones',
      { 'sandbox/phones/a.ts': "import '../voice/legs/b.js';", 'sandbox/voice/legs/b.ts': 'export {};' },
      'lets sandbox/phones import only the parts it builds on: src/sandbox/phones/a.ts → src/sandbox/voice/legs/b.ts',
    ],
    [
      'an import of a value where only types are allowed',
      {
        'sandbox/webhooks/a.ts': "import { b } from '../accounts/b.js';\nexport const a = b;",
        'sandbox/accounts/b.ts': 'export const b = 1;',
      },
      'lets sandbox/webhooks import only types from accounts: src/sandbox/webhooks/a.ts → src/sandbox/accounts/b.ts',
    ],
    [
      'an import of compose.ts by anything but create.ts',
      { 'sandbox/control/a.ts': "import '../compose.js';", 'sandbox/compose.ts': 'export {};' },
      'lets only compose.ts put the parts of the sandbox together: src/sandbox/control/a.ts → src/sandbox/compose.ts',
    ],
    [
      'an import of what a command keeps to itself',
      { 'cli/commands/init/a.ts': "import '../serve/b.js';", 'cli/commands/serve/b.ts': 'export {};' },
      'lets a command import of another only what the other shares: src/cli/commands/init/a.ts → src/cli/commands/serve/b.ts',
    ],
    [
      'an import of a command by cli/core',
      { 'cli/core/a.ts': "import '../commands/init/b.js';", 'cli/commands/init/b.ts': 'export {};' },
      'lets cli/core import no command: src/cli/core/a.ts → src/cli/commands/init/b.ts',
    ],
    [
      'a package outside of the room that owns it',
      { 'relay/a.ts': "import 'commander';" },
      'keeps commander in the rooms that own it: src/relay/a.ts → commander',
    ],
    [
      'another program started outside of programs/',
      { 'relay/a.ts': "import 'node:child_process';" },
      'keeps child_process in the rooms that own it: src/relay/a.ts → child_process',
    ],
  ])('report %s', async (_, sources, violation) => {
    expect(await findViolations(plant(sources))).toContain(violation);
  });

  it('accept a source tree without violations', async () => {
    const folder = plant({ 'relay/a.ts': "import '../http/b.js';", 'http/b.ts': 'export {};' });
    expect(await findViolations(folder)).toEqual([]);
  });
});

describe('the rule on requests', () => {
  it.each([
    "import http from 'node:http';",
    "import { request } from 'node:http';",
    "import {\n  type IncomingMessage,\n  get,\n} from 'https';",
    "import { connect } from 'node:net';",
    "import * as undici from 'undici';",
    "const { request } = await import('node:http');",
    'const answer = await fetch(url);',
    'await globalThis.fetch(url);',
    "import * as tls from 'node:tls';\ntls.connect(443);",
  ])('reports %j', (source) => {
    expect(isSender(source)).toBe(true);
  });

  it.each([
    "import type { Agent } from 'node:http';",
    "import { type IncomingMessage, STATUS_CODES } from 'node:http';",
    "import { isIP } from 'node:net';",
    "import * as tls from 'node:tls';",
    '// fetch(url) is not used',
    'return app.fetch(request);',
  ])('accepts %j', (source) => {
    expect(isSender(source)).toBe(false);
  });
});

/** True if a source file can send a request or open a connection by itself. */
function isSender(source: string): boolean {
  const code = source.replace(/^ *(?:\/\/|\*|\/\*\*).*$/gm, '');
  const imports = code.matchAll(
    /^import (type )?([^;]*?) from '(?:node:)?(https?|http2|net|tls|undici)(?:\/[^']*)?';/gm,
  );
  const isImported = [...imports].some(([, isType, names = '', module]) => {
    if (isType) return false;
    // The constants of node:tls are looked at as a whole.
    if (!names.startsWith('{')) return module !== 'tls';
    const values = names.split(',').filter((name) => !/^\W*type /.test(name));
    return values.some((name) => /\b(request|get|connect|createConnection|Agent|fetch)\b/.test(name));
  });
  const isUsed =
    /(?<![\w.])(globalThis\.)?fetch\(|\btls\.connect\b|import\('(node:)?(https?|http2|net|tls|undici)'\)/;
  return isImported || isUsed.test(code);
}

/** Writes source files below `src/` of a temporary folder. @returns the folder */
function plant(sources: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'import-rules-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, source] of Object.entries(sources)) {
    const file = join(folder, 'src', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, source);
  }
  return folder;
}

function exportsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  const declared = source.matchAll(
    /^export (?:async )?(?:function|const|class|interface|type|enum) (?:(\w+)|\[([^\]]+)\])/gm,
  );
  return [...declared].flatMap(
    ([, name, names]) => name ?? names?.split(',').map((each) => each.trim()) ?? [],
  );
}

/** Returns the source files outside of `room` that match, as sorted paths from the root. */
function filesWith(pattern: RegExp, room: string): string[] {
  return files
    .filter((file) => roomOf(file) !== room && pattern.test(readFileSync(file, 'utf8')))
    .map((file) => relative(ROOT, file).replaceAll('\\', '/'))
    .sort();
}

function roomOf(path: string): string {
  const parts = relative(SOURCE, path).split(/[\\/]/);
  return parts.length > 1 ? (parts[0] ?? '') : '';
}
