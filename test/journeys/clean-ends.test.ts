// How the built CLI ends: no process that it started keeps running, changes are reverted, and it never hangs.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { findProcess } from '../../src/programs/tree.js';
import { DEADLINE } from '../support/deadline.js';
import { findPort } from '../support/find-port.js';
import { hasTerminals, KEY, startOnTerminal } from '../support/pseudo-terminal.js';
import { startServer } from '../support/sandbox-child.js';
import { NO_TERMINALS, skipOnWindows } from '../support/skips.js';
import { CLI, createWorkspace, type Workspace } from '../support/workspace.js';

/** Writes its process id to a file, then answers no request. */
const SERVER = `
for (const name of (process.env.IGNORES || '').split(',').filter(Boolean)) process.on(name, () => undefined);
const { createServer } = require('node:http');
createServer(() => undefined).listen(Number(process.argv[2]), '127.0.0.1', () =>
  require('node:fs').writeFileSync('server.pid', String(process.pid)));
`;
/** Throws, or rejects, where nothing catches it. */
const CRASH = `
if (process.argv.includes('tunnel')) {
  process.on('SIGUSR2', () => { throw new Error('nobody catches this'); });
  process.on('SIGALRM', () => { Promise.reject(new Error('nobody catches this')); });
}
`;
/** Makes stdout a full disk on SIGUSR2. */
const FULL_DISK = `
const fs = require('node:fs');
const write = fs.writeSync;
let isFull = false;
fs.writeSync = (fd, ...words) => {
  if (isFull && fd === 1) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  return write(fd, ...words);
};
process.on('SIGUSR2', () => { isFull = true; fs.writeFileSync('is-full', ''); });
`;
/** Runs a program on a terminal, and closes the terminal once the server runs. */
const CLOSE_TERMINAL = `
import os, pty, sys
with open('.env') as file: before = file.read()
pid, terminal = pty.fork()
if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
shown = b''
while b'Ctrl-C ends it' not in shown or not os.path.exists('server.pid'): shown += os.read(terminal, 4096) if b'Ctrl-C ends it' not in shown else b''
with open('.env') as file: changed = file.read() != before
os.close(terminal)
print(f'changed: {changed}, ended with {os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}')
`;
const NO_LINUX = 'only Linux shows the environment of a process, and has /dev/full';
const NO_PYTHON3 = 'there is no python3';
const hasPython = spawnSync('python3', ['--version']).status === 0;
const isLinux = process.platform === 'linux';

beforeEach(skipOnWindows);

let workspace: Workspace;
let port: string;
beforeEach(async () => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  workspace.write('server.cjs', SERVER);
  port = String(await findPort());
  onTestFinished(() => {
    const pid = findServer();
    if (isRunning(pid)) process.kill(Number(pid), 'SIGKILL');
  });
});

/** False for a process that has ended and that nobody has collected, as in a container whose first process collects none. */
function isRunning(pid: number | undefined): boolean {
  return pid !== undefined && findProcess(pid) !== undefined;
}

function findServer(): number | undefined {
  const note = workspace.file('server.pid');
  return existsSync(note) ? Number(readFileSync(note, 'utf8')) || undefined : undefined;
}

/** Waits until the server runs, and returns its process id. */
async function serverStarted(): Promise<number> {
  await expect.poll(findServer).toBeTypeOf('number');
  return findServer() ?? 0;
}

/** Returns the process id of the guard that a relay-phone has started; undefined before. */
function findGuard(relayPhone: number | undefined): number | undefined {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  const guard = stdout
    .split('\n')
    .find((line) => line.includes('relay-phone-guard') && line.includes(` ${relayPhone} `));
  return guard === undefined ? undefined : Number.parseInt(guard, 10);
}

const node = JSON.stringify(process.execPath);
/** Forms in which a program runs the server as a descendant that is hard to find. */
const FORMS: readonly [name: string, script: () => string, isOnlyLinux?: boolean][] = [
  ['below a shell', () => `${node} server.cjs ${port}; true`],
  ['below a shell of a shell', () => `sh -c '${node} server.cjs ${port}; true'; true`],
  ['whose parent has ended', () => `sh -c '${node} server.cjs ${port} &'; sleep 600`],
  ['in a session of its own', () => `setsid ${node} server.cjs ${port} & sleep 600`, true],
  [
    'in a session of its own, whose parent has ended',
    () => `sh -c 'setsid ${node} server.cjs ${port} &'; sleep 600`,
    true,
  ],
  ['that ignores SIGTERM', () => `IGNORES=SIGTERM ${node} server.cjs ${port}; true`],
];
/** Each command that starts a program, with the options before it. */
const COMMANDS: readonly [name: string, options: () => readonly string[]][] = [
  ['exec', () => ['exec']],
  ['tunnel', () => ['tunnel', '--sandbox', '--yes', '--port', '0', '--to', `http://127.0.0.1:${port}`]],
  ['smoke', () => ['smoke', '--app', `http://127.0.0.1:${port}`, '--timeout', '600']],
];

/** Starts a command with a program in a shell, in a session without a terminal. */
function start(options: readonly string[], script: string, environment: Record<string, string> = {}) {
  const child = workspace.start([...options, '--', 'sh', '-c', script], { detached: true, environment });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, ended, output: () => output };
}

describe.each(COMMANDS)('the program of %s', (name, options) => {
  // It starts its program as `tunnel` does.
  const forms = name === 'smoke' ? FORMS.slice(0, 1) : FORMS;

  it.for(forms)('is stopped by SIGTERM with a descendant %s', async ([, script, isOnlyLinux], { skip }) => {
    skip(isOnlyLinux === true && !isLinux, NO_LINUX);
    const { child, ended } = start(options(), script());
    const pid = await serverStarted();
    child.kill('SIGTERM');
    expect(await ended).toBe(name === 'exec' ? 128 + 15 : 130);
    expect(isRunning(pid)).toBe(false);
  });

  it('is stopped by SIGHUP with its descendants', async () => {
    const { child, ended } = start(options(), `${node} server.cjs ${port}; true`);
    const pid = await serverStarted();
    child.kill('SIGHUP');
    expect(await ended).toBe(name === 'exec' ? 128 + 1 : 130);
    expect(isRunning(pid)).toBe(false);
  });

  it.for(forms)(
    'is stopped after kill -9 of relay-phone with a descendant %s',
    async ([, script, isOnlyLinux], { skip }) => {
      skip(isOnlyLinux === true && !isLinux, NO_LINUX);
      const { child, ended } = start(options(), script());
      const pid = await serverStarted();
      // Its guard is started right after the program.
      await expect.poll(() => findGuard(child.pid)).toBeTypeOf('number');
      child.kill('SIGKILL');
      expect(await ended).toBe(null);
      await expect.poll(() => isRunning(pid)).toBe(false);
    },
  );
});

describe('exec', () => {
  it('stops what its program leaves running, and exits with the exit code of the program', async () => {
    const script = `sh -c '${node} server.cjs ${port} &'; while [ ! -s server.pid ]; do sleep 0.05; done; exit 7`;
    const { ended, output } = start(['exec'], script);
    expect(await ended).toBe(7);
    const pid = findServer();
    expect(output()).toContain('the program has ended; stopping what it left running: ');
    expect(output()).toMatch(new RegExp(`\\(process ${pid}\\), which holds port ${port}`));
    expect(pid).toBeTypeOf('number');
    expect(isRunning(pid)).toBe(false);
  });

  it('stops no program of another exec', async () => {
    const first = start(['exec'], `${node} server.cjs ${port}; true`);
    const pid = await serverStarted();
    expect((await workspace.run(['exec', '--', 'sh', '-c', 'true'])).code).toBe(0);
    expect(isRunning(pid)).toBe(true);
    first.child.kill('SIGTERM');
    await first.ended;
  });
});

describe('tunnel', () => {
  const READY = /Ctrl-C ends it/;
  const args = () => COMMANDS[1]?.[1]() ?? [];
  let before: string;
  beforeEach(async () => {
    await workspace.run(['init', '--sandbox', '--yes']);
    before = workspace.read('.env');
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)(
    'reverts its changes on %s',
    async (signal) => {
      const { child } = await startServer(workspace, args(), READY);
      expect(workspace.read('.env')).not.toBe(before);
      expect(await child.end(signal)).toBe(130);
      expect(workspace.read('.env')).toBe(before);
      const journal = await workspace.run(['status', '--json']);
      expect(JSON.parse(journal.stdout)).toMatchObject({ target: 'sandbox' });
    },
  );

  it('reverts its changes when its terminal is closed, and ends as SIGHUP ends a program', async ({
    skip,
  }) => {
    skip(!hasPython, NO_PYTHON3);
    workspace.write('close.py', CLOSE_TERMINAL);
    const server = ['--', 'sh', '-c', `${node} server.cjs ${port}; true`];
    const { stdout } = spawnSync('python3', ['close.py', process.execPath, CLI, ...args(), ...server], {
      cwd: workspace.path,
      encoding: 'utf8',
      timeout: DEADLINE,
    });
    expect(stdout).toBe('changed: True, ended with -1\n');
    expect(workspace.read('.env')).toBe(before);
    expect(isRunning(findServer())).toBe(false);
  });

  it.each(['SIGUSR2', 'SIGALRM'] as const)(
    'shows an error that nobody catches, stops its app, reverts its changes and ends with 1 (%s)',
    async (signal) => {
      workspace.write('crash.cjs', CRASH);
      const environment = { NODE_OPTIONS: `--require ${workspace.file('crash.cjs')}` };
      const { child, ended, output } = start(args(), `${node} server.cjs ${port}; true`, environment);
      const pid = await serverStarted();
      await expect.poll(output).toMatch(READY);
      expect(workspace.read('.env')).not.toBe(before);
      child.kill(signal);
      expect(await ended).toBe(1);
      expect(output()).toContain('| Error: nobody catches this');
      expect(workspace.read('.env')).toBe(before);
      expect(isRunning(pid)).toBe(false);
    },
  );

  it('reverts its changes if its output can no longer be written', async () => {
    workspace.write('full.cjs', FULL_DISK);
    const gateway = await findPort();
    const words = [...args().map((word) => (word === '0' ? String(gateway) : word))];
    const script = `exec ${node} --require ./full.cjs "$0" "$@" > out`;
    const child = spawn('sh', ['-c', script, CLI, ...words], {
      cwd: workspace.path,
      env: { PATH: process.env.PATH, HOME: workspace.path, XDG_CONFIG_HOME: process.env.XDG_CONFIG_HOME },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const errors = text(child.stderr);
    const ended = once(child, 'exit');
    await expect.poll(() => workspace.read('out')).toMatch(READY);
    expect(workspace.read('.env')).not.toBe(before);
    child.kill('SIGUSR2');
    await expect.poll(() => workspace.list()).toContain('is-full');
    // A line about this refusal is the first that cannot be written.
    await fetch(`http://127.0.0.1:${gateway}/`).catch(() => undefined);
    expect(await ended).toEqual([3, null]);
    expect(await errors).toContain('Failed to write to stdout: no space is left where it leads (ENOSPC).');
    expect(workspace.read('.env')).toBe(before);
  });
});

describe('a program that a killed relay-phone left running', () => {
  const listRecords = () => workspace.list().filter((file) => file.startsWith('.relay-phone/programs/'));

  /** Kills relay-phone together with its guard, and returns the process id of the server. */
  async function leave(): Promise<number> {
    const { child, ended } = start(['exec'], `${node} server.cjs ${port}; true`);
    const pid = await serverStarted();
    // Both are made right after the start of the program.
    await expect.poll(() => findGuard(child.pid)).toBeTypeOf('number');
    await expect.poll(listRecords).toHaveLength(1);
    process.kill(findGuard(child.pid) ?? Number.NaN, 'SIGKILL');
    child.kill('SIGKILL');
    await ended;
    return pid;
  }

  it('is named with its port at the next start, and is left alone without an answer', async () => {
    const pid = await leave();
    const { code, stderr } = await workspace.run(['exec', '--', 'true']);
    expect(code).toBe(0);
    expect(stderr).toContain('relay-phone exec was killed, and left running: ');
    expect(stderr).toMatch(new RegExp(`\\w \\(process ${pid}\\), which holds port ${port}`));
    expect(stderr).toMatch(new RegExp(`to stop them: kill .*\\b${pid}\\b`));
    expect(isRunning(pid)).toBe(true);
  });

  it('is stopped with --yes', async () => {
    const pid = await leave();
    const { child } = await startServer(workspace, COMMANDS[1]?.[1]() ?? [], /Ctrl-C ends it/);
    expect(isRunning(pid)).toBe(false);
    expect(child.output()).toContain('stopped processes ');
    expect(await child.end('SIGTERM')).toBe(130);
  });

  it('is stopped if the user agrees', async ({ skip }) => {
    skip(!hasTerminals, NO_TERMINALS);
    const pid = await leave();
    const kept = startOnTerminal(['exec', '--', 'true'], { cwd: workspace.path });
    await kept.answer('Stop them?', 'n', KEY.enter);
    expect(await kept.ended).toBe(0);
    expect(isRunning(pid)).toBe(true);
    const terminal = startOnTerminal(['exec', '--', 'true'], { cwd: workspace.path });
    await terminal.answer('Stop them?', 'y', KEY.enter);
    await terminal.waitFor('stopped processes ');
    expect(await terminal.ended).toBe(0);
    expect(isRunning(pid)).toBe(false);
    expect((await workspace.run(['exec', '--', 'true'])).stderr).not.toContain('left running');
  });

  it.each(['startTime', 'boot', 'namespace'])('is not taken for another process (%s)', async (part) => {
    await leave();
    const [name = ''] = listRecords();
    const record = JSON.parse(workspace.read(name));
    const stranger = spawn('sleep', ['600']);
    onTestFinished(() => void stranger.kill());
    const { startTime } = findProcess(stranger.pid ?? 0) ?? {};
    const tree = { ...record.tree, pid: stranger.pid, startTime, mark: 'of-nobody' };
    const other = {
      startTime: { ...record, tree: { ...tree, startTime: `${startTime}0` } },
      boot: { ...record, scope: { ...record.scope, boot: 'another' }, tree },
      namespace: { ...record, scope: { ...record.scope, namespace: 'another' }, tree },
    }[part];
    workspace.write(name, JSON.stringify(other));
    const { child } = await startServer(workspace, COMMANDS[1]?.[1]() ?? [], /Ctrl-C ends it/);
    expect(child.output()).not.toContain('left running');
    expect(isRunning(stranger.pid)).toBe(true);
    expect(await child.end('SIGTERM')).toBe(130);
    // The record of the process itself is recognised.
    workspace.write(name, JSON.stringify({ ...record, tree }));
    const { stderr } = await workspace.run(['exec', '--', 'true']);
    expect(stderr).toContain(`left running: process ${stranger.pid}\n`);
  });

  it('is not claimed while its relay-phone runs', async () => {
    const { child, ended } = start(['exec'], `${node} server.cjs ${port}; true`);
    await serverStarted();
    const { stderr } = await workspace.run(['exec', '--', 'true']);
    expect(stderr).not.toContain('left running');
    child.kill('SIGTERM');
    await ended;
    expect(listRecords()).toEqual([]);
  });
});

describe('a port that is taken', () => {
  let holder: string;
  beforeEach(async () => {
    const server = spawn(process.execPath, ['server.cjs', port], { cwd: workspace.path });
    onTestFinished(() => void server.kill());
    holder = `(process ${await serverStarted()})`;
  });

  it.each(['tunnel', 'serve'])('is named with the process that holds it: %s', async (command) => {
    const words = [command, '--sandbox', '--yes', '--port', port];
    const { code, stderr } = await workspace.run(words);
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`${holder} uses this port`),
    });
  });

  it.each(COMMANDS.slice(1))(
    'is named before an app is started that needs it: %s',
    async (_name, options) => {
      const { output, ended } = start(options(), 'sleep 0.1');
      await ended;
      expect(output()).toContain(`${holder} listens at http://127.0.0.1:${port} already`);
    },
  );
});

describe('a command that cannot go on', () => {
  it.each([
    ['does not exist', 'no/such/folder'],
    ['is a file', 'server.cjs'],
  ])('says so and ends with 3 if the temporary folder %s', async (_what, name) => {
    const environment = { TMPDIR: workspace.file(name) };
    const { code, stderr } = await workspace.runBuilt(['smoke', '--sandbox'], { environment });
    expect(code).toBe(3);
    expect(stderr).toContain(
      `make a temporary folder for the story: ${workspace.file(name)} cannot be written`,
    );
  });

  it('leaves no temporary folder', async () => {
    const environment = { TMPDIR: workspace.path };
    expect(await workspace.runBuilt(['smoke', '--sandbox'], { environment })).toMatchObject({ code: 0 });
    expect(workspace.list()).toEqual(['server.cjs']);
  });

  const inShell = (script: string, ...words: readonly string[]) =>
    spawnSync('sh', ['-c', script, CLI, ...words], {
      cwd: workspace.path,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: workspace.path },
      timeout: DEADLINE,
    });

  it.each([
    ['--version', 0, ''],
    ['status', 3, 'use the working folder: it does not exist any more'],
    ['doctor', 3, 'use the working folder: it does not exist any more'],
    ['init --sandbox --yes', 3, 'use the working folder: it does not exist any more'],
  ])('ends with a sentence in a deleted working folder: %s', (words, code, sentence) => {
    const script = `mkdir gone; cd gone; rmdir ../gone; exec ${node} "$0" "$@"`;
    const { status, stderr } = inShell(script, ...words.split(' '));
    expect({ status, stderr }).toMatchObject({ status: code, stderr: expect.stringContaining(sentence) });
    expect(stderr).not.toContain('bug');
  });

  it.for(['--version', '--help', 'status', 'status --json', 'smoke --list', 'ci github'])(
    'ends with a sentence if stdout is full: %s',
    (words, { skip }) => {
      skip(!isLinux, NO_LINUX);
      const { status, stderr } = inShell(`exec ${node} "$0" "$@" > /dev/full`, ...words.split(' '));
      expect({ status, stderr }).toMatchObject({
        status: 3,
        stderr: expect.stringContaining(
          'Failed to write to stdout: no space is left where it leads (ENOSPC).',
        ),
      });
      expect(inShell(`exec ${node} "$0" "$@" > /dev/full 2>&1`, ...words.split(' ')).status).toBe(3);
    },
  );

  it.for(['--version', 'doctor', 'status', 'init --yes', 'smoke', 'exec -- true', 'checkout status'])(
    'works for a user without a name and a home folder: %s',
    async (words, { skip }) => {
      skip(process.getuid?.() !== 0, 'only root may give a file away');
      const start = spawnSync(process.execPath, [CLI, '--version'], { uid: 12345, cwd: '/' });
      skip(start.status !== 0, 'no other user can start the program here');
      const [command = '', ...rest] = words.split(' ');
      const target = ['doctor', 'status', 'init', 'smoke'].includes(command) ? ['--sandbox'] : [];
      spawnSync('chown', ['-R', '12345:12345', workspace.path]);
      const environment = { HOME: undefined, XDG_CONFIG_HOME: undefined, TMPDIR: workspace.path };
      const { code, stderr } = await workspace.runBuilt([command, ...target, ...rest], {
        uid: 12345,
        environment,
      });
      expect(stderr).not.toContain('bug in relay-phone');
      expect({ code, stderr }).not.toMatchObject({ code: 1 });
    },
  );
});

describe('a program on a terminal', () => {
  beforeEach(({ skip }) => {
    skip(!hasTerminals, NO_TERMINALS);
    skip(!hasPython, NO_PYTHON3);
  });

  const python = (options: readonly string[], ...words: readonly string[]) =>
    startOnTerminal([...options, '--', 'python3', ...words], { cwd: workspace.path });

  it.each(COMMANDS)('asks for a password that is not shown: %s', async (_name, options) => {
    workspace.write(
      'ask.py',
      'import getpass, sys, time\nprint("got", len(getpass.getpass("Secret? ")), flush=True)\ntime.sleep(600)',
    );
    const terminal = python(options(), 'ask.py');
    await terminal.answer('Secret? ', 'swordfish', KEY.enter);
    await terminal.waitFor('got 9');
    expect(terminal.received()).not.toContain('swordfish');
    terminal.type(KEY.ctrlC);
    expect(await terminal.ended).toBe(130);
  });

  it.each(COMMANDS)('stops in a debugger, which reads its commands: %s', async (_name, options) => {
    workspace.write('debug.py', 'secret = 6 * 7\nbreakpoint()\nprint("went on", flush=True)\n');
    const terminal = python(options(), 'debug.py');
    await terminal.answer('(Pdb) ', 'p secret + 1', KEY.enter);
    await terminal.answer('43', 'c', KEY.enter);
    await terminal.waitFor('went on');
    await terminal.ended;
  });

  it('gets Ctrl-C once, and goes on under exec', async () => {
    workspace.write('debug.py', 'breakpoint()\nprint("went on", flush=True)\n');
    const terminal = python(['exec'], 'debug.py');
    await terminal.answer('(Pdb) ', KEY.ctrlC);
    await terminal.answer('KeyboardInterrupt', 'c', KEY.enter);
    await terminal.waitFor('went on');
    expect(await terminal.ended).toBe(0);
    expect(terminal.shown().match(/KeyboardInterrupt/g)).toHaveLength(1);
  });

  it('is stopped with a descendant that outlives it after kill -9 of relay-phone', async ({ skip }) => {
    skip(!isLinux, NO_LINUX);
    const script = `sh -c 'IGNORES=SIGHUP ${node} server.cjs ${port} &'; sleep 600`;
    const terminal = startOnTerminal(['exec', '--', 'sh', '-c', script], { cwd: workspace.path });
    const pid = await serverStarted();
    terminal.kill('SIGKILL');
    await terminal.ended;
    await expect.poll(() => isRunning(pid)).toBe(false);
  });
});
