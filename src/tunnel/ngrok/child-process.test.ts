// Tests that the child process ends with its parent, however the parent ends, and prints nothing on the parent's stdout.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createNgrokEdge, type FakeNgrokEdge } from '../../../test/support/ngrok-edge/edge.js';
import { AUTHTOKEN, isAlive } from '../../../test/support/tunnel-scene.js';

const FOLDER = resolve(import.meta.dirname, '../../../node_modules/.cache/relay-phone');
const PARENT = join(FOLDER, 'tunnel-parent.mjs');
const CA = join(FOLDER, 'ngrok-ca.pem');

let edge: FakeNgrokEdge;
let parent: ChildProcess;
let output: string;
beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  const entry = resolve(import.meta.dirname, '../../../test/support/tunnel-parent.ts');
  await build({ entryPoints: [entry], outfile: PARENT, bundle: true, platform: 'node', format: 'esm' });
});
beforeEach(async () => {
  edge = await createNgrokEdge();
  writeFileSync(CA, edge.ca);
  output = '';
});
afterEach(async () => {
  parent.kill('SIGKILL');
  await edge.close();
});

/** Starts the parent in its own process group. */
function start(): void {
  const environment = {
    ...process.env,
    NGROK_AUTHTOKEN: AUTHTOKEN,
    RELAY_PHONE_NGROK_SERVER: edge.server,
    RELAY_PHONE_NGROK_CA: CA,
  };
  parent = spawn(process.execPath, [PARENT], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  for (const stream of [parent.stdout, parent.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
}

/** Returns the events that the parent printed. Throws if a line is not JSON. */
function listEvents(): { kind: string; pid?: number }[] {
  return output.split('\n').flatMap((line) => (line === '' ? [] : JSON.parse(line)));
}

async function waitForEvent(kind: string): Promise<void> {
  await expect.poll(() => listEvents().map((event) => event.kind)).toContain(kind);
}

/** Returns the process ids of the children. */
function pids(): number[] {
  return listEvents().flatMap(({ pid }) => pid ?? []);
}

describe('the ngrok child process', () => {
  it("prints nothing on the parent's stdout when its session is dropped", async () => {
    start();
    await waitForEvent('up');
    edge.drop();
    await waitForEvent('lost');
    await expect.poll(() => listEvents().filter(({ kind }) => kind === 'up').length).toBe(2);
    // Each line is JSON, or listEvents() would throw. A tunnel that was up for long is reopened without a wait.
    const ours = ['child', 'connecting', 'up', 'lost', 'retrying'];
    expect(listEvents().filter(({ kind }) => !ours.includes(kind))).toEqual([]);
  });

  it.each(['hanging', 'up'])('ends when the parent is killed while the tunnel is %s', async (state) => {
    edge.hang(state === 'hanging');
    start();
    await waitForEvent(state === 'hanging' ? 'child' : 'up');
    parent.kill('SIGKILL');
    await expect.poll(() => pids().some(isAlive)).toBe(false);
    await expect.poll(() => edge.hosts()).toEqual([]);
  });

  it('leaves Ctrl-C to the parent when it reaches both', async () => {
    start();
    await waitForEvent('up');
    const exit = once(parent, 'exit');
    process.kill(-(parent.pid ?? 0), 'SIGINT');
    expect(await exit).toEqual([0, null]);
    await waitForEvent('closed');
    expect(listEvents().map(({ kind }) => kind)).not.toContain('lost');
    expect(edge.unbindings()).toBe(1);
    expect(pids().some(isAlive)).toBe(false);
  });

  it('gets the authtoken neither in its arguments nor in its environment', async ({ skip }) => {
    skip(process.platform !== 'linux', 'only Linux shows another process in /proc');
    start();
    await waitForEvent('up');
    for (const file of ['cmdline', 'environ'])
      expect(readFileSync(`/proc/${pids()[0]}/${file}`, 'utf8')).not.toContain(AUTHTOKEN);
  });
});
