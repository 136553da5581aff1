// The warning of `exec` about Python code whose requests to Twilio go past the proxy.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestContext } from '../../../../test/support/in-process.js';
import { createWorkspace, type Workspace } from '../../../../test/support/workspace.js';
import { openCommandContext } from '../../core/command-context.js';
import { warnOfDirectRequests } from './direct-requests.js';

const IMPORTS = 'import aiohttp\nfrom twilio.http.async_http_client import AsyncTwilioHttpClient\n';
const FIX =
  'http_client = AsyncTwilioHttpClient(pool_connections=False); http_client.session = aiohttp.ClientSession(trust_env=True)';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => workspace.remove());

/** Writes a file, and its folders. */
function write(name: string, code: string): void {
  mkdirSync(dirname(workspace.file(name)), { recursive: true });
  workspace.write(name, code);
}

/** Returns what is printed for the files of the workspace. */
async function warn(...command: string[]): Promise<string> {
  const stdout = new PassThrough();
  const context = await openCommandContext(createTestContext({ stdout, cwd: workspace.path }), {});
  await warnOfDirectRequests(context, command);
  return String(stdout.read() ?? '');
}

it.each([
  ['made', 'client = AsyncTwilioHttpClient()'],
  ['made in a context', 'async with AsyncTwilioHttpClient (\n  timeout=3) as client:'],
  ['named with its module', 'client = async_http_client.AsyncTwilioHttpClient(max_retries=3)'],
  ['derived', 'class Mine(AsyncTwilioHttpClient):\n  pass'],
  ['renamed', 'from twilio.http.async_http_client import AsyncTwilioHttpClient as Async'],
  ['with proxy_url, which the SDK does not use', 'c = AsyncTwilioHttpClient(proxy_url="http://127.0.0.1:1")'],
  ['without trust', 'c = AsyncTwilioHttpClient()\nother = aiohttp.ClientSession(trust_env=False)'],
  ['without a proxy', 'c = AsyncTwilioHttpClient()\nc.session = aiohttp.ClientSession(proxy=None)'],
  ['fixed in a comment only', 'c = AsyncTwilioHttpClient()\n  # trust_env=True'],
])('names a client for asyncio that is %s, and the line that fixes it', async (_how, code) => {
  write('app/texts.py', `${IMPORTS}${code}\n`);
  expect(await warn('python', 'app.py')).toBe(
    `    ! app/texts.py:3: AsyncTwilioHttpClient ignores HTTPS_PROXY, so its requests go to the real Twilio, not to the sandbox\n        Try: ${FIX}\n`,
  );
});

it('names a session of aiohttp that asks Twilio itself', async () => {
  workspace.write(
    'send.py',
    'from aiohttp import ClientSession\nURL = "https://api.twilio.com/"\ns = ClientSession()\n',
  );
  expect(await warn('python', 'send.py')).toMatch(
    /^ {4}! send\.py:3: aiohttp\.ClientSession ignores .*\n +Try: aiohttp\.ClientSession\(trust_env=True\)\n$/,
  );
});

it.each([
  ['that is fixed', `${FIX}\n`],
  ['that is fixed by another name', 'c = AsyncTwilioHttpClient()\nc.session._trust_env = True\n'],
  ['with arguments that are fixed', 'c = AsyncTwilioHttpClient()\nc.session = make(**{"trust_env": True})\n'],
  ['that gets the proxy', 'c = AsyncTwilioHttpClient()\nc.session = aiohttp.ClientSession(proxy=PROXY)\n'],
  ['that is only a type', 'def send(client: AsyncTwilioHttpClient) -> None:\n  pass\n'],
  ['that is commented out', '# c = AsyncTwilioHttpClient()\n'],
  ['for other hosts', 'session = aiohttp.ClientSession()\n'],
])('says nothing about a client %s', async (_how, code) => {
  workspace.write('app.py', IMPORTS + code);
  expect(await warn('python', 'app.py')).toBe('');
});

it('reads no code of others, and no file that is not one', async () => {
  const code = `${IMPORTS}AsyncTwilioHttpClient()\n`;
  for (const folder of ['node_modules/a', '.hidden', '__pycache__', 'site-packages/twilio', 'env/lib'])
    write(`${folder}/app.py`, code);
  write('env/pyvenv.cfg', 'home = /usr/bin\n');
  workspace.write('large.py', code + ' '.repeat(1024 * 1024));
  workspace.write('notes.txt', code);
  expect(await warn('python', 'missing.py', '.')).toBe('');
});

it('reports each way once, with the number of other locations, and reads a file that the command names', async () => {
  const outside = createWorkspace();
  outside.write('main.py', `${IMPORTS}AsyncTwilioHttpClient()\n`);
  for (const name of ['a', 'b', 'c']) workspace.write(`${name}.py`, `${IMPORTS}AsyncTwilioHttpClient()\n`);
  const printed = await warn('python', outside.file('main.py'), 'a.py');
  outside.remove();
  expect(printed).toContain('main.py:3 (and 3 more): AsyncTwilioHttpClient ');
  expect(printed.match(/!/g)).toHaveLength(1);
});
