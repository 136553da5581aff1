// The commands of the browser page: who serves it, how it is found and opened, and what lets a browser in.
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../src/http/listen.js';
import { execReportSchema, openReportSchema, sandboxReportSchema } from '../src/reports.js';
import { findPort } from './support/find-port.js';
import { type SandboxChild, startSandbox, startServer } from './support/sandbox-child.js';
import { skipOnWindows } from './support/skips.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const PAGE = /Page: (http:\/\/127\.0\.0\.1:\d+)$/m;
const ADDRESS = /^http:\/\/127\.0\.0\.1:\d+(\/\S*)#k=([\w-]+)$/;
const ANN = '+13015550195';
const STORY =
  'story: a text\nphones:\n  Ann:\nnumbers:\n  hotline:\n    texts: http://127.0.0.1:9/\nsteps:\n  - text: Hi\n    from: Ann\n    to: hotline\n';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
});

/** Starts a sandbox, and waits until it has said where its page is. */
async function start(...flags: string[]): Promise<SandboxChild & { readonly page: string }> {
  const sandbox = await startSandbox(workspace, '--port', '0', ...flags);
  await expect.poll(sandbox.output).toMatch(PAGE);
  return { ...sandbox, page: PAGE.exec(sandbox.output())?.[1] ?? '' };
}

async function open(...args: string[]) {
  const { code, stdout } = await workspace.run(['open', '--json', ...args]);
  expect(code).toBe(0);
  return openReportSchema.parse(JSON.parse(stdout));
}

async function redeem(address: string | null): Promise<number> {
  const [, , code = ''] = ADDRESS.exec(address ?? '') ?? [];
  const url = new URL('/api/session', address ?? '');
  return (await fetch(url, { method: 'POST', body: code })).status;
}

/** Puts a program in the path that stands in for the browser. It records its arguments. */
function installBrowser(exitCode = 0) {
  const record = workspace.file('opened');
  const script = `#!/bin/sh\nprintf '%s\\n' "$@" >> '${record}'\nexit ${exitCode}\n`;
  writeFileSync(workspace.file('xdg-open'), script, { mode: 0o700 });
  writeFileSync(workspace.file('open'), script, { mode: 0o700 });
  const environment = { PATH: `${workspace.path}:${process.env.PATH}`, DISPLAY: ':99' };
  // The file is there before its first line is.
  const opened = () => (existsSync(record) ? readFileSync(record, 'utf8').split('\n').slice(0, -1) : []);
  return { environment, opened };
}

describe('sandbox', () => {
  it('serves the page, and says where on stderr, without a code where there is no terminal', async () => {
    const { page, output } = await start();
    expect(output()).not.toContain('#k=');
    const answer = await fetch(page);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('<div id="root">');
    expect((await fetch(`${page}/api/state`)).status).toBe(401);
    const headers = { Authorization: `Bearer ${workspace.read('.relay-phone/page-token').trim()}` };
    expect((await fetch(`${page}/api/traces/%E0%A4/story`, { headers })).status).toBe(404);
    expect((await fetch(`${page}/api/state`, { headers })).status).toBe(200);
  });

  it('names the page in its JSON document, without a token', async () => {
    const child = workspace.start(['sandbox', '--port', '0', '--json']);
    const exited = once(child, 'exit');
    let stdout = '';
    child.stdout?.on('data', (data) => {
      stdout += data;
    });
    onTestFinished(async () => {
      child.kill();
      await exited;
    });
    await expect.poll(() => stdout).toContain('\n}');
    const { page } = sandboxReportSchema.parse(JSON.parse(stdout));
    expect(page).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(page ?? '')).status).toBe(200);
  });

  it('serves no page with --no-page', async () => {
    const sandbox = await startSandbox(workspace, '--port', '0', '--no-page');
    const { code, stderr } = await workspace.run(['open']);
    expect(code).toBe(3);
    expect(stderr).toContain('Failed to open the page: no command serves a page');
    expect(stderr).toContain('Try: relay-phone sandbox, in another terminal');
    expect(sandbox.output()).not.toContain('Page:');
  });

  it('takes the next port if that of the page is taken', async () => {
    const port = await findPort();
    const other = await listen(() => undefined, { port: port + 2 });
    onTestFinished(other.close);
    const sandbox = await startSandbox(workspace, '--port', String(port));
    await expect.poll(sandbox.output).toMatch(PAGE);
    const page = Number(new URL(PAGE.exec(sandbox.output())?.[1] ?? '').port);
    expect(page).toBeGreaterThan(other.port);
  });

  it('opens nothing unasked, and nothing with --open in CI', async () => {
    const { environment, opened } = installBrowser();
    const run = async (args: readonly string[], more: Record<string, string>) => {
      const { child } = await startServer(workspace, ['sandbox', '--port', '0', ...args], PAGE, {
        ...environment,
        ...more,
      });
      return child;
    };
    await (await run([], {})).end('SIGTERM');
    const inCi = await run(['--open'], { CI: 'true' });
    await expect.poll(inCi.output).toContain('--open opens nothing in CI');
    await inCi.end('SIGTERM');
    expect(opened()).toEqual([]);
  });

  it('opens a private file with --open: the code is in no argument of a program', async (test) => {
    skipOnWindows(test);
    const { environment, opened } = installBrowser();
    const words = ['sandbox', '--port', '0', '--open'];
    const { child } = await startServer(workspace, words, PAGE, environment);
    await expect.poll(opened).toHaveLength(1);
    const [path = ''] = opened();
    expect(path).toBe(workspace.file('.relay-phone/open-page.html'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const address = /url=([^"]+)/.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
    expect(await redeem(address)).toBe(200);
    expect(await redeem(address)).toBe(401);
    await child.end('SIGTERM');
    expect(existsSync(path)).toBe(false);
  });

  it('leaves nothing behind by which a page could be found after a kill', async () => {
    const sandbox = await start();
    await sandbox.end('SIGKILL');
    expect((await workspace.run(['open'])).code).toBe(3);
  });
});

describe('open', () => {
  it('prints an address that lets a browser in once', async () => {
    const { page } = await start();
    const report = await open('--print');
    expect(report).toMatchObject({ page, mode: 'sandbox', isOpened: false });
    expect(report.address).toMatch(ADDRESS);
    expect([await redeem(report.address), await redeem(report.address)]).toEqual([200, 401]);
    const { stdout } = await workspace.run(['open', '--print']);
    expect(stdout.trim()).toMatch(ADDRESS);
  });

  it('leads to a trace by its number, its id, or latest', async () => {
    await start();
    expect((await workspace.run(['init', '--sandbox', '--yes'])).code).toBe(0);
    const { stdout } = await workspace.run(['sandbox', 'traces', '--json']);
    const [{ traceId = '' }] = JSON.parse(stdout).traces;
    for (const id of ['latest', traceId, traceId.split('-')[1] ?? '']) {
      const { address } = await open('--print', id);
      expect(ADDRESS.exec(address ?? '')?.[1]).toBe(`/t/${traceId}`);
    }
    expect(await workspace.run(['open', '999999'])).toMatchObject({ code: 2 });
  });

  it('opens the browser, and says so without the code', async (test) => {
    skipOnWindows(test);
    const { page } = await start();
    const { environment, opened } = installBrowser();
    const { code, stdout } = await workspace.runBuilt(['open'], { environment });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `Opened ${page}/ in the browser.\n` });
    await expect.poll(opened).toEqual([workspace.file('.relay-phone/open-page.html')]);
  });

  it('prints the address where there is no browser', async () => {
    await start();
    const environment = { DISPLAY: undefined, WAYLAND_DISPLAY: undefined, BROWSER: undefined };
    const { code, stdout } = await workspace.runBuilt(['open'], { environment });
    expect(code).toBe(0);
    if (process.platform === 'linux') expect(stdout).toMatch(/no browser could be started.*#k=/s);
  });
});

describe('exec', () => {
  const program = (code: string) => ['--', process.execPath, '-e', code];

  it('serves the page with --page while its program runs', async () => {
    const folder = workspace.file('.relay-phone');
    const code = `const { mode, origin } = JSON.parse(require('fs').readFileSync('${folder}/page-of-exec.json', 'utf8'));
      fetch(origin).then(({ status }) => process.exit(status === 200 && mode === 'sandbox' ? 7 : 1))`;
    const { stdout } = await workspace.runBuilt(['exec', '--json', '--page', ...program(code)]);
    const report = execReportSchema.parse(JSON.parse(stdout));
    expect(report.exitCode).toBe(7);
    expect(report.page).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await workspace.run(['open'])).code).toBe(3);
  });

  it('serves none by default, and names that of a sandbox that runs', async () => {
    const none = await workspace.runBuilt(['exec', '--json', ...program('')]);
    expect(execReportSchema.parse(JSON.parse(none.stdout)).page).toBeNull();
    const { page } = await start();
    const { stdout } = await workspace.runBuilt(['exec', '--json', '--page', ...program('')]);
    expect(execReportSchema.parse(JSON.parse(stdout)).page).toBe(page);
  });
});

it('text and play name the page that runs, without a code', async () => {
  const { page } = await start();
  expect((await workspace.run(['init', '--sandbox', '--yes'])).code).toBe(0);
  const text = await workspace.run(['text', '--from', ANN, 'Hello']);
  expect(text.stdout).toMatch(new RegExp(`^ +${page}/t/[0-9a-f]{16}-\\d+$`, 'm'));
  expect(text.stdout).not.toContain('#k=');
  workspace.write('story.yml', STORY);
  const played = await workspace.run(['play', 'story.yml']);
  expect(played.stdout).toContain(`Page: ${page}/t`);
});

it('serve with the sandbox has the page of the sandbox, and uses the one that runs', async () => {
  expect((await workspace.run(['init', '--sandbox', '--yes'])).code).toBe(0);
  const words = ['serve', '--sandbox', '--yes', '--port', '0', '--real-number', ANN];
  const { child, address } = await startServer(workspace, words, PAGE);
  expect(await open('--print')).toMatchObject({ page: address[1], mode: 'sandbox' });
  await child.end('SIGTERM');
  const { page } = await start();
  const second = await startServer(workspace, words, PAGE);
  expect(second.address[1]).toBe(page);
});
