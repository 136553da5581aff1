// The child and the program it belongs to: it ends with it, however that ends, and never speaks on its stdout.
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

/** Starts the program, in a process group of its own. */
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

function said(): { kind: string; pid?: number }[] {
  return output.split('\n').flatMap((line) => (line === '' ? [] : JSON.parse(line)));
}

async function untilSaid(kind: string): Promise<void> {
  await expect.poll(() => said().map((one) => one.kind)).toContain(kind);
}

function pids(): number[] {
  return said().flatMap(({ pid }) => pid ?? []);
}

describe('the child', () => {
  it('prints nothing that reaches the program, whatever happens to its session', async () => {
    start();
    await untilSaid('up');
    edge.drop();
    await untilSaid('lost');
    await expect.poll(() => said().filter(({ kind }) => kind === 'up').length).toBe(2);
    // Each line is JSON, or said() would have thrown.
    expect(new Set(said().map(({ kind }) => kind))).toEqual(
      new Set(['child', 'connecting', 'up', 'lost', 'retrying']),
    );
  });

  it.each(['hanging', 'up'])('is gone when the program was killed, %s', async (state) => {
    edge.hang(state === 'hanging');
    start();
    await untilSaid(state === 'hanging' ? 'child' : 'up');
    parent.kill('SIGKILL');
    await expect.poll(() => pids().some(isAlive)).toBe(false);
    await expect.poll(() => edge.hosts()).toEqual([]);
  });

  it('leaves the end to the program when Ctrl-C reaches both', async () => {
    start();
    await untilSaid('up');
    const exit = once(parent, 'exit');
    process.kill(-(parent.pid ?? 0), 'SIGINT');
    expect(await exit).toEqual([0, null]);
    await untilSaid('closed');
    expect(said().map(({ kind }) => kind)).not.toContain('lost');
    expect(edge.unbindings()).toBe(1);
    expect(pids().some(isAlive)).toBe(false);
  });

  it('is given the authtoken neither in its arguments nor its environment', async ({ skip }) => {
    skip(process.platform !== 'linux', 'only Linux shows another process in /proc');
    start();
    await untilSaid('up');
    for (const file of ['cmdline', 'environ'])
      expect(readFileSync(`/proc/${pids()[0]}/${file}`, 'utf8')).not.toContain(AUTHTOKEN);
  });
});
