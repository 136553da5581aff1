// The key that opens the page, on a real terminal: it works in the foreground, and never stops a process in the background.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { hasTerminals, KEY, startOnTerminal, type Terminal } from '../support/pseudo-terminal.js';
import { NO_TERMINALS, skipOnWindows } from '../support/skips.js';
import { CLI, createWorkspace, type Workspace } from '../support/workspace.js';

// The browser of the tests is a script, and Windows has no background.
beforeEach(skipOnWindows);

const ADDRESS = /Page: (http:\/\/127\.0\.0\.1:\d+)\/#k=([\w-]{22})/;
const HINT = '(press o to open it)';

let workspace: Workspace;
let environment: Record<string, string>;
beforeEach(({ skip }) => {
  skip(!hasTerminals, NO_TERMINALS);
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  const script = `#!/bin/sh\nprintf '%s\\n' "$@" >> '${workspace.file('opened')}'\n`;
  for (const name of ['xdg-open', 'open']) writeFileSync(workspace.file(name), script, { mode: 0o700 });
  environment = { PATH: `${workspace.path}:${process.env.PATH}`, DISPLAY: ':99' };
});

function opened(): string[] {
  const path = workspace.file('opened');
  // The file is there before its first line is.
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
}

function start(args: readonly string[]): Terminal {
  return startOnTerminal(args, { cwd: workspace.path, environment });
}

/** Starts an interactive shell, which moves commands to the background and back. */
function startShell(): Terminal {
  const shell = startOnTerminal(['--norc', '--noprofile', '-i'], {
    cwd: workspace.path,
    environment: { ...environment, PS1: 'ready> ', PS2: '' },
    program: ['bash'],
  });
  return shell;
}

const line = (text: string) => [text, KEY.enter];
const SANDBOX = `'${process.execPath}' '${CLI}' sandbox --port 0`;

describe('sandbox on a terminal', () => {
  it('prints an address with a code, and opens the browser by o, each time with a fresh one', async () => {
    const terminal = start(['sandbox', '--port', '0']);
    await terminal.waitFor(HINT);
    const [, page = '', code = ''] = ADDRESS.exec(terminal.shown()) ?? [];
    terminal.type('x', KEY.down, 'O', 'o');
    await expect.poll(opened).toHaveLength(1);
    const file = () => readFileSync(opened()[0] ?? '', 'utf8');
    const first = file();
    terminal.type('o');
    await expect.poll(opened).toHaveLength(2);
    expect(file()).not.toBe(first);
    expect(first).toContain(`${page}/#k=`);
    expect(first).not.toContain(code);
    expect(opened().join()).not.toContain('#k=');
    terminal.type(KEY.ctrlC);
    expect(await terminal.ended).toBe(130);
    expect(existsSync(workspace.file('.relay-phone/page-of-sandbox.json'))).toBe(false);
  });

  it('prints the address without a code in a log file, and reads no keys then', async () => {
    const shell = startShell();
    await shell.answer('ready> ', ...line(`${SANDBOX} 2> log`));
    await shell.waitFor('The sandbox is at');
    await expect.poll(() => workspace.read('log')).toMatch(/^Page: http:\/\/127\.0\.0\.1:\d+$/m);
    shell.type('o', KEY.ctrlC);
    await shell.answer('ready> ', ...line('exit'));
    await shell.ended;
    expect(opened()).toEqual([]);
  });

  it('is not stopped in the background, and takes keys again in the foreground after Ctrl-Z', async () => {
    const shell = startShell();
    await shell.answer('ready> ', ...line(`${SANDBOX} &`));
    await shell.waitFor('Page: http');
    shell.type(...line(''), ...line('echo "it can"" type"'));
    await shell.waitFor('it can type');
    shell.type(...line('jobs'));
    await shell.waitFor('Running');
    expect(shell.shown()).not.toContain(HINT);
    shell.type(...line('kill %1; wait'));
    await shell.answer('ready> ', ...line(SANDBOX));
    await shell.waitFor(HINT);
    shell.type(KEY.ctrlZ);
    await shell.waitFor('Stopped');
    await shell.answer('ready> ', ...line('fg'));
    await shell.waitFor('sandbox --port 0');
    expect(opened()).toEqual([]);
    await pressUntilOpened(shell, 1);
    shell.type(KEY.ctrlZ);
    await shell.waitFor('Stopped');
    await shell.answer('ready> ', ...line('bg'));
    shell.type(...line('echo "still"" here"'), ...line('jobs'));
    await shell.waitFor('still here');
    await shell.waitFor('Running');
    const before = opened().length;
    // The shell sends no signal with this `fg`.
    await shell.answer('ready> ', ...line('fg'));
    await shell.waitFor('sandbox --port 0');
    await pressUntilOpened(shell, before + 1);
    shell.type(KEY.ctrlC);
    await shell.answer('ready> ', ...line('exit 0'));
    await shell.ended;
  });
});

/** Presses the key again and again: while the shell hands the terminal over, a key may still be the shell's. */
async function pressUntilOpened(shell: Terminal, times: number): Promise<void> {
  await expect
    .poll(() => {
      shell.type('o');
      return opened().length;
    })
    .toBeGreaterThanOrEqual(times);
}

it('tunnel offers no key while its program owns the terminal', async () => {
  const app =
    "console.log('app'); process.stdin.once('data', (data) => { console.log('it read ' + data); process.exit(); })";
  const words = ['tunnel', '--sandbox', '--yes', '--port', '0', '--', process.execPath, '-e', app];
  const terminal = start(words);
  await terminal.waitFor('Page: http');
  terminal.type('o', KEY.enter);
  await terminal.waitFor('it read o');
  await terminal.ended;
  expect(terminal.shown()).not.toContain(HINT);
  expect(opened()).toEqual([]);
});
