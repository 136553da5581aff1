// Damaged files of the state folder, and an .env file that is too large: what every command says.
import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveSandbox } from '../src/sandbox/instance/join.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { readProblem } from './support/read-problem.js';
import { countResources } from './support/resource-counts.js';
import { createSandboxClient } from './support/sandbox-client.js';
import { isWindows } from './support/skips.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const INIT = ['init', '--sandbox', '--yes'];
const TEXT = ['text', '--from', '+13015550195', '--to', '+12025550100', 'Hello'];

let workspace: Workspace;
/** What has to happen before the workspace can be removed. */
let cleanUps: (() => unknown)[];
beforeEach(() => {
  workspace = createWorkspace();
  cleanUps = [];
});
afterEach(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
  workspace.remove();
});

describe('a damaged file of the state folder', () => {
  const flip = (name: string) => {
    const bytes = readFileSync(workspace.file(name));
    const at = Math.floor(bytes.length * 0.7);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
    writeFileSync(workspace.file(name), bytes);
  };

  it.each([
    ['cut off', (name: string) => truncateSync(workspace.file(name), 5000)],
    ['with a flipped bit', flip],
    ['of random text', (name: string) => workspace.write(name, 'not a database '.repeat(999))],
  ])('sandbox.db %s: every command says what to move away, and what is lost', async (_what, damage) => {
    await workspace.run(INIT);
    damage('.relay-phone/sandbox.db');
    for (const args of [
      ['status'],
      TEXT,
      INIT,
      ['undo', '--yes'],
      ['sandbox', 'phones'],
      ['serve', '--port', '0'],
    ]) {
      const { message, tryNext } = readProblem(await workspace.run([...args, '--json']));
      expect(message).toMatch(/Failed to open the sandbox database .*sandbox\.db: it is damaged \(/);
      expect(tryNext[0]).toMatch(/^move .*sandbox\.db away: .* numbers, texts and calls are lost$/);
    }
    rmSync(workspace.file('.relay-phone/sandbox.db'));
    expect(await workspace.run(['sandbox', 'phones', '--json'])).toMatchObject({ code: 0 });
    expect(await workspace.run(INIT)).toMatchObject({ code: 0 });
  });

  it('gateway.db and a lock are named too', async () => {
    await workspace.run(INIT);
    await workspace.run(['requests']);
    flip('.relay-phone/gateway.db');
    expect(readProblem(await workspace.run(['requests', '--json'])).message).toMatch(
      /gateway\.db: it is damaged/,
    );
    workspace.write('.relay-phone/sandbox.lock', 'garbage'.repeat(300));
    const { message, tryNext } = readProblem(await workspace.run([...TEXT, '--json']));
    expect([message, tryNext[0]]).toEqual([
      expect.stringMatching(/sandbox\.lock: it is damaged/),
      expect.stringContaining('move it away'),
    ]);
  });

  it.each([
    ['empty', '', 'the file is empty'],
    ['blank', ' \n', 'the file is empty'],
    ['cut short', 'abcdef0123', 'it is not 40 hex digits'],
    ['something else', 'password'.repeat(5), 'it is not 40 hex digits'],
  ])('a token that is %s opens no door', async (_what, content, reason) => {
    await workspace.run(INIT);
    for (const [name, args] of [
      ['relay-token', ['serve', '--show-token', '--json']],
      ['relay-token', ['serve', '--port', '0', '--json']],
      ['proxy-token', ['exec', '--json', '--', 'node', '-e', '0']],
      ['proxy-token', ['sandbox', '--port', '0', '--json']],
    ] as const) {
      workspace.write(`.relay-phone/${name}`, content);
      const { message, tryNext } = readProblem(await workspace.run([...args]));
      expect(message).toContain(`${name}: ${reason}`);
      expect(tryNext[0]).toMatch(/^delete .*-token: the next run makes a new token$/);
      rmSync(workspace.file(`.relay-phone/${name}`));
    }
    expect(await workspace.run(['serve', '--show-token', '--json'])).toMatchObject({ code: 0 });
  });
});

describe('a journal with lines that cannot be read', () => {
  /** A sandbox with two numbers, of which the journal has lost one. */
  async function loseNumber(damage: (line: string) => string): Promise<string> {
    await workspace.run(INIT);
    const lines = workspace.read('.relay-phone/journal.jsonl').split('\n');
    const bought = lines.findIndex((line) => line.includes('number-bought'));
    const { phoneNumber } = JSON.parse(lines[bought] ?? '').deed;
    workspace.write('.relay-phone/journal.jsonl', lines.with(bought, damage(lines[bought] ?? '')).join('\n'));
    return phoneNumber;
  }

  it.each([
    ['broken JSON', (line: string) => line.slice(0, -9)],
    ['an unknown state', (line: string) => line.replace('"intended"', '"half done"')],
    ['an unknown kind', (line: string) => line.replace('number-bought', 'number-leased')],
  ])('is reported, and undo names the number that goes on costing money: %s', async (_what, damage) => {
    const phoneNumber = await loseNumber(damage);
    const status = await workspace.run(['status', '--json']);
    expect([status.code, JSON.parse(status.stdout)]).toMatchObject([
      0,
      { unreadableLines: 1, warnings: [expect.stringMatching(/^1 line of .*journal\.jsonl cannot be read/)] },
    ]);
    expect((await workspace.run(INIT)).stdout).toContain('1 line of');
    const undo = await workspace.run(['undo', '--yes', '--release-number', '--json']);
    expect(undo.code).toBe(6);
    expect(JSON.parse(undo.stdout)).toMatchObject({
      unreadableLines: 1,
      unknownNumbers: [{ phoneNumber, monthly: { amount: '1.15', currency: 'USD' } }],
    });
    expect(undo.stderr).toContain(`${phoneNumber} (1.15 USD a month) stays: the journal does not know it`);
    const nothing = await workspace.run(['undo', '--yes']);
    expect([nothing.code, nothing.stdout]).toEqual([6, expect.stringContaining(`${phoneNumber} (1.15 USD`)]);
  });

  it('is reported by undo and status even if nothing tells which account it is about', async () => {
    await loseNumber((line) => line);
    rmSync(workspace.file('.env'));
    workspace.write('.relay-phone/journal.jsonl', 'x\ny\n');
    const undo = await workspace.run(['undo', '--yes', '--json']);
    expect([undo.code, JSON.parse(undo.stdout)]).toMatchObject([6, { target: null, unreadableLines: 2 }]);
    expect(undo.stderr).toContain('2 lines of ');
    const status = await workspace.run(['status']);
    expect([status.code, status.stdout]).toEqual([0, expect.stringContaining('2 lines of ')]);
  });

  it('undo --release-number names the numbers that it does not know, of a whole journal too', async () => {
    await workspace.run(INIT);
    const folder = openOwnStateFolder(workspace.file('.relay-phone'));
    const sandbox = await serveSandbox(folder, { command: 'sandbox', timeoutMs: 0 });
    await createSandboxClient(sandbox).incomingPhoneNumbers.create({ phoneNumber: '+12025550142' });
    await sandbox.close();
    const undo = await workspace.run(['undo', '--yes', '--release-number', '--json']);
    expect([undo.code, JSON.parse(undo.stdout)]).toMatchObject([
      0,
      { unreadableLines: 0, unknownNumbers: [{ phoneNumber: '+12025550142' }] },
    ]);
  });
});

describe('an .env file that is too large', () => {
  it.each(['.env', '.env-dist'])('is refused before anything is bought: %s', async (name) => {
    const folder = openOwnStateFolder(workspace.file('.relay-phone'));
    const sandbox = await serveSandbox(folder, { command: 'sandbox', timeoutMs: 0 });
    cleanUps.push(sandbox.close);
    workspace.write(name, 'A=1\n'.repeat((1024 * 1024) / 4 + 1));
    const problem = readProblem(await workspace.run([...INIT, '--json']));
    expect(problem.message).toMatch(
      /\.env\S*: it is too large for an \.env file: 1\.0 MB, and 1 MB is the most/,
    );
    expect(await countResources(sandbox)).toEqual({ numbers: 0, apps: 0, texts: 0 });
  });

  it('is refused by every command that reads it, at once', async () => {
    workspace.write('.env', '');
    truncateSync(workspace.file('.env'), 50 * 1024 * 1024);
    for (const args of [
      ['status'],
      ['undo', '--yes'],
      TEXT,
      ['serve', '--port', '0'],
      ['requests'],
      ['tunnel', '--sandbox'],
    ])
      expect(readProblem(await workspace.run([...args, '--json'])).message).toContain('50.0 MB');
    const doctor = await workspace.run(['doctor', '--json']);
    expect([doctor.code, doctor.stdout]).toEqual([6, expect.stringContaining('50.0 MB')]);
  });

  it('may have exactly 1 MB', async () => {
    workspace.write('.env', `${'#'.repeat(1023)}\n`.repeat(1024));
    expect(await workspace.run(INIT)).toMatchObject({ code: 0 });
  });
});

it.runIf(!isWindows)('every file of the state folder is readable by its owner only', async () => {
  await workspace.run(INIT);
  await workspace.run(['exec', '--', 'node', '-e', '0']);
  await workspace.run(['requests']);
  await workspace.run(['serve', '--show-token']);
  const path = workspace.file('.relay-phone');
  // As an earlier version left them.
  for (const name of ['sandbox.db', 'gateway.db', 'sandbox.lock']) chmodSync(join(path, name), 0o644);
  await workspace.run(['sandbox', 'phones']);
  await workspace.run(['requests']);
  appendFileSync(join(path, 'journal.jsonl'), '\n');
  const open = readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => [name, statSync(join(path, name)).mode & 0o077] as const)
    .filter(([, mode]) => mode !== 0);
  expect(open).toEqual([]);
  expect(existsSync(join(path, 'proxy-token'))).toBe(true);
});
