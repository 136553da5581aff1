// `undo --all` leaves nothing of ours: the project and the user's configuration folder are as they were before.
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { undoReportSchema } from '../src/reports.js';
import { createSandbox } from '../src/sandbox/create.js';
import { ask, startApp, startTunnel, webhook } from './support/gateway.js';
import { WELL, writeCheckout, writeStandIn } from './support/relay-checkout.js';
import { startServer } from './support/sandbox-child.js';
import { skipOnWindows } from './support/skips.js';
import { createTwilioEdge } from './support/twilio-edge.js';
import { createWorkspace, type Ended, type Workspace } from './support/workspace.js';

const SID = `AC${'1a'.repeat(16)}`;
const TOKEN = '0123456789abcdef0123456789abcdef';

let workspace: Workspace;
let environment: Readonly<Record<string, string>>;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  mkdirSync(workspace.file('project'));
  mkdirSync(workspace.file('configuration'));
  environment = { XDG_CONFIG_HOME: workspace.file('configuration') };
});

function run(...args: string[]): Promise<Ended> {
  const file = args.includes('--') ? args.indexOf('--') : args.length;
  return workspace.run(args.toSpliced(file, 0, '--env-file', workspace.file('project/.env')), {
    environment,
  });
}

/** Returns every file with its content, and every folder, of the project and the configuration folder. */
function photograph(): Record<string, string> {
  const names = ['project', 'configuration'].flatMap((root) => [
    root,
    ...readdirSync(workspace.file(root), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(root, name),
    ),
  ]);
  return Object.fromEntries(
    names.map((name) => {
      const path = workspace.file(name);
      return [name, statSync(path).isDirectory() ? 'folder' : readFileSync(path, 'utf8')];
    }),
  );
}

const isDone = ({ code, stderr }: Ended) => expect(code, stderr).toBe(0);

describe('undo --all', () => {
  it('leaves the folders as they were, after a sandbox with an exec CA and recorded requests', async () => {
    workspace.write('project/.env', '# mine\nSECRET=1');
    workspace.write('configuration/other.conf', 'of another program');
    const before = photograph();
    isDone(await run('init', '--sandbox', '--yes'));
    isDone(await run('exec', '--', process.execPath, '-e', '0'));
    const app = await startApp(
      (incoming, outgoing) => void incoming.resume().on('end', () => outgoing.end()),
    );
    const folder = { ...workspace, file: (name: string) => workspace.file(`project/${name}`) };
    await run('requests');
    const tunnel = await startTunnel(folder, app.origin);
    await ask(tunnel.origin, webhook());
    await tunnel.end();
    expect(Object.keys(photograph()).length).toBeGreaterThan(Object.keys(before).length + 8);
    const { code, stdout, stderr } = await run('undo', '--all', '--yes', '--json');
    expect(code, stderr).toBe(0);
    expect(undoReportSchema.parse(JSON.parse(stdout)).removal).toEqual({
      removed: [
        workspace.file('project/.relay-phone'),
        expect.stringContaining(workspace.file('configuration/relay-phone/state-folders/')),
      ],
      stays: [],
    });
    expect(photograph()).toEqual(before);
  });

  it('leaves the folders as they were, after a Relay checkout whose Python was trusted', async (context) => {
    skipOnWindows(context);
    writeCheckout(workspace.file('project'), { '.env': 'SECRET_KEY=mine\n' });
    const python = writeStandIn(workspace.file('project'));
    python.answer({ ...WELL, token: '04ab647b-31dd-4938-ac7c-bdd9d99d6f24' });
    const inCheckout = (...args: string[]) =>
      workspace.run([...args, '--env-file', workspace.file('project/.env')], { environment });
    const work = (...args: string[]) => inCheckout(...args, '--checkout', workspace.file('project'));
    isDone(await work('init', '--sandbox', '--yes'));
    isDone(await work('checkout', 'prepare', '--yes', '--trust-checkout'));
    const names = () => Object.keys(photograph());
    expect(names()).toContain('project/.relay-phone/relay-checkout.json');
    expect(names().filter((name) => name.includes('checkouts/'))).toHaveLength(1);
    isDone(await work('undo', '--all', '--yes'));
    expect(names().filter((name) => /relay-phone/.test(name))).toEqual([]);
    expect(workspace.read('project/.env')).toBe('SECRET_KEY=mine\n');
  });

  it('keeps the records of other projects', async () => {
    mkdirSync(workspace.file('project/second'));
    const second = ['--env-file', workspace.file('project/second/.env')];
    isDone(await workspace.run(['init', '--sandbox', '--yes', ...second], { environment }));
    const before = photograph();
    isDone(await run('init', '--sandbox', '--yes'));
    isDone(await run('undo', '--all', '--yes'));
    expect(photograph()).toEqual(before);
    isDone(await workspace.run(['status', ...second], { environment }));
  });

  it('removes nothing without consent, nor in a dry run', async () => {
    isDone(await run('init', '--sandbox', '--yes'));
    isDone(await run('undo', '--yes'));
    const before = Object.keys(photograph());
    const refused = await run('undo', '--all');
    expect([refused.code, refused.stderr]).toEqual([
      3,
      expect.stringContaining('relay-phone undo --all --yes'),
    ]);
    const planned = await run('undo', '--all', '--dry-run');
    expect([planned.code, planned.stdout]).toEqual([0, expect.stringContaining('remove ')]);
    expect(Object.keys(photograph())).toEqual(before);
  });

  it('has nothing to do where nothing was set up', async () => {
    const before = photograph();
    const { code, stdout } = await run('undo', '--all', '--yes');
    expect([code, stdout]).toEqual([0, 'There is nothing to undo.\n']);
    expect(photograph()).toEqual(before);
  });

  it('keeps the state folder while a sandbox runs in it', async () => {
    isDone(await run('init', '--sandbox', '--yes'));
    const args = ['sandbox', '--port', '0', '--env-file', workspace.file('project/.env')];
    const { child } = await startServer(workspace, args, /Ctrl-C/, environment);
    const { code, stdout } = await run('undo', '--all', '--yes');
    expect(code).toBe(3);
    expect(stdout).toMatch(/project\/\.relay-phone stays: relay-phone sandbox \(process \d+\) is using it/);
    await child.end('SIGTERM');
    isDone(await run('undo', '--all', '--yes'));
    expect(Object.keys(photograph())).toEqual(['project', 'configuration']);
  });

  it('keeps the state folder if a line of its journal cannot be read', async () => {
    isDone(await run('init', '--sandbox', '--yes'));
    isDone(await run('undo', '--yes'));
    workspace.write('project/.relay-phone/journal.jsonl', '{"id":"a",');
    const { code, stdout } = await run('undo', '--all', '--yes', '--sandbox');
    expect([code, stdout]).toEqual([6, expect.stringContaining('stays: lines of its journal')]);
    expect(Object.keys(photograph())).toContain('project/.relay-phone/journal.jsonl');
  });
});

describe('undo --all of a live account', () => {
  it('keeps the state folder while a bought number stays, and removes it once that is released', async () => {
    const sandbox = await createSandbox({ account: { sid: SID, authToken: TOKEN } });
    onTestFinished(sandbox.close);
    const edge = await createTwilioEdge(sandbox.origin);
    onTestFinished(edge.close);
    environment = { ...environment, ...edge.environment, TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: TOKEN };
    const init = ['init', '--yes', '--buy', '--public-url', 'https://relay.example.com'];
    isDone(await run(...init, '--real-number', '+13015550195'));
    const kept = await run('undo', '--all', '--yes');
    expect(kept.code).toBe(3);
    expect(kept.stdout).toContain(`changes of the live account ${SID} that were not undone`);
    expect(Object.keys(photograph())).toContain('project/.relay-phone/journal.jsonl');
    isDone(await run('undo', '--all', '--yes', '--release-number'));
    expect(Object.keys(photograph())).toEqual(['project', 'configuration']);
  });
});
