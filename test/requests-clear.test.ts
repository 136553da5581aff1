// `requests clear` and `tunnel --keep`: what was recorded of real texts is removed from the disk, and kept for a limited time.
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openRecords } from '../src/gateway/exchanges/records.js';
import { requestsClearReportSchema } from '../src/reports.js';
import { ask, FORM, startApp, startTunnel, webhook } from './support/gateway.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const [SECRET, OTHER] = ['the code is four-two-seven-one', 'see you at the harbour'] as const;
const DAY_MS = 86_400_000;

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
});

/** Records a text and a refused request, each with the secret in it. */
async function record(body: string = SECRET): Promise<Awaited<ReturnType<typeof startTunnel>>> {
  const app = await startApp((incoming, outgoing) => {
    incoming.resume().on('end', () => outgoing.end(`<Response><Message>${body}</Message></Response>`));
  });
  const tunnel = await startTunnel(workspace, app.origin);
  await ask(tunnel.origin, webhook({ form: { ...FORM, Body: body } }));
  await ask(tunnel.origin, { method: 'POST', target: `/${encodeURIComponent(body)}`, body });
  // Listing waits until both are written.
  await workspace.run(['requests']);
  return tunnel;
}

/** Returns what is on the disk of the gateway's database, its log included. */
function readDisk(): string {
  const names = workspace.list().filter((name) => name.includes('gateway.db'));
  return names.map((name) => readFileSync(workspace.file(name), 'latin1')).join('');
}

/** Returns how many forwarded exchanges are left after some days. */
function countAfter(days: number): number {
  const path = workspace.file('.relay-phone/gateway.db');
  const records = openRecords(path, { now: () => Date.now() + days * DAY_MS });
  const { length } = records.list({});
  records.close();
  return length;
}

describe('requests clear', () => {
  it.each(['while a tunnel runs', 'without a tunnel'])(
    'removes everything from the disk, %s',
    async (when) => {
      const tunnel = await record();
      if (when === 'without a tunnel') await tunnel.end();
      expect(readDisk()).toContain(SECRET);
      const { code, stdout, stderr } = await workspace.run(['requests', 'clear', '--yes', '--json']);
      expect(code, stderr).toBe(0);
      expect(requestsClearReportSchema.parse(JSON.parse(stdout))).toMatchObject({ removed: 2, before: null });
      expect(readDisk()).not.toContain(SECRET);
      for (const flags of [[], ['--refused']])
        expect((await workspace.run(['requests', ...flags])).stdout).toContain('No matching webhook');
    },
  );

  it('goes on recording with new ids while a tunnel runs', async () => {
    const tunnel = await record();
    await workspace.run(['requests', 'clear', '--yes']);
    await ask(tunnel.origin, webhook({ form: { ...FORM, Body: OTHER } }));
    const { stdout } = await workspace.run(['requests', '--json']);
    expect(JSON.parse(stdout).exchanges).toMatchObject([{ id: 3 }]);
  });

  it('keeps everything without consent, and says how many there are', async () => {
    await (await record()).end();
    const { code, stderr } = await workspace.run(['requests', 'clear']);
    expect([code, stderr]).toEqual([
      3,
      'Failed to remove 2 recorded requests: it needs your consent, and this run cannot ask for it.\n' +
        '  Try: relay-phone requests clear --yes\n',
    ]);
    expect(readDisk()).toContain(SECRET);
  });

  it('keeps what is not older than --older, and refuses an age that is none', async () => {
    const tunnel = await record();
    const younger = await workspace.run(['requests', 'clear', '--older', '7d', '--yes']);
    expect([younger.code, younger.stdout]).toEqual([
      0,
      expect.stringContaining('No older request is recorded'),
    ]);
    await tunnel.end();
    expect(readDisk()).toContain(SECRET);
    for (const wrong of ['7', '-1d', '0s', 'week', ''])
      expect((await workspace.run(['requests', 'clear', `--older=${wrong}`])).code).toBe(2);
  });

  it('removes only the older ones', async () => {
    await (await record()).end();
    const path = workspace.file('.relay-phone/gateway.db');
    const records = openRecords(path, { now: Date.now });
    const [newest] = records.list({});
    const old = newest && records.find(newest.id);
    if (!old) throw new Error('nothing was recorded');
    records.add([{ ...old, summary: { ...old.summary, id: 9, at: Date.now() - 3 * DAY_MS } }]);
    await records.store.kept();
    records.close();
    const { stdout } = await workspace.run(['requests', 'clear', '--older', '2d', '--yes']);
    expect(stdout).toContain('removed 1 recorded request\n');
    expect(countAfter(0)).toBe(1);
  });

  it('has nothing to do without a state folder, and creates none', async () => {
    const { code, stdout } = await workspace.run(['requests', 'clear']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('No request is recorded')]);
    expect(workspace.list()).toEqual([]);
  });
});

describe('tunnel --keep', () => {
  const tunnel = (...flags: string[]) =>
    workspace.run([
      'tunnel',
      '--sandbox',
      '--yes',
      '--port',
      '0',
      ...flags,
      '--',
      process.execPath,
      '-e',
      '0',
    ]);

  it('keeps recorded requests for longer or shorter than a week, also for later commands, until the next tunnel', async () => {
    await (await record()).end();
    const { code, stderr } = await tunnel('--keep', '30d');
    expect(code, stderr).toBe(0);
    expect(countAfter(8)).toBe(1);
    await tunnel();
    expect(countAfter(6)).toBe(1);
    await tunnel('--keep', '12h');
    expect(countAfter(1)).toBe(0);
  });

  it('refuses an age that is none, and without one keeps the settings, as --keep-settings does', async () => {
    const wrong = await tunnel('--keep', '7 days');
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('--keep takes an age such as 30m, 12h or 7d'),
    ]);
    await workspace.run(['init', '--sandbox', '--yes']);
    const before = workspace.read('.env');
    for (const flag of ['--keep', '--keep-settings']) {
      expect((await tunnel(flag)).code).toBe(0);
      expect(workspace.read('.env')).not.toBe(before);
      await workspace.run(['init', '--sandbox', '--yes', '--public-url', 'http://127.0.0.1:8000']);
    }
    expect((await tunnel('--keep', '1d')).code).toBe(0);
    expect(workspace.read('.env')).toBe(before);
  });
});
