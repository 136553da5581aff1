// A kept tunnel with ngrok's real SDK: what happens when the edge drops it, freezes, goes away, refuses.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEADLINE } from '../../../test/support/deadline.js';
import { DEV_DOMAIN } from '../../../test/support/ngrok-edge/edge.js';
import { createTunnelScene, isAlive, STRICT, type TunnelScene } from '../../../test/support/tunnel-scene.js';
import type { NgrokOptions } from '../ngrok/open.js';
import {
  type SupervisedTunnel,
  type SupervisorOptions,
  superviseTunnel,
  type TunnelState,
} from './supervisor.js';

const BASE = `https://${DEV_DOMAIN}`;

let scene: TunnelScene;
let states: TunnelState[];
let kept: SupervisedTunnel | undefined;
beforeEach(async () => {
  scene = await createTunnelScene();
  states = [];
});
afterEach(async () => {
  await kept?.close();
  await scene.close();
});

/** Where the machine is slow a tunnel may take long to open and to close; the waits in between are the real ones. */
const UNHURRIED = { patience: DEADLINE, farewell: DEADLINE };

function keep(
  options: Partial<SupervisorOptions> = {},
  adapter: Partial<NgrokOptions> = {},
): SupervisedTunnel {
  const pace = { ...UNHURRIED, ...options.times };
  kept = superviseTunnel(scene.adapter(adapter), {
    onState: (state) => states.push(state),
    ...options,
    times: pace,
  });
  return kept;
}

async function prove(): Promise<void> {
  const { status } = await scene.edge.ask(`${BASE}/proof`);
  if (status !== 200) throw new Error(`status ${status}`);
}

/** Milliseconds spent waiting between attempts until the public base was proved again; attempts take what they take. */
async function untilProvenAgain(): Promise<number> {
  const { length } = states;
  const proofs = countProofs();
  await expect.poll(countProofs).toBeGreaterThan(proofs);
  return states.slice(length).reduce((sum, state) => sum + (state.kind === 'retrying' ? state.delay : 0), 0);
}

function countProofs(): number {
  return states.filter(({ kind }) => kind === 'proven').length;
}

function kinds(): string[] {
  return states.map(({ kind }) => kind);
}

describe('a kept tunnel', () => {
  it('is up when it was proved, and is offline without a trace when it is closed', async () => {
    expect(await keep({ prove }).up).toBe(BASE);
    expect(kinds()).toEqual(['connecting', 'up', 'proven']);
    await kept?.close();
    expect(await kept?.ended).toBeUndefined();
    expect(scene.edge.hosts()).toEqual([]);
    expect(scene.pids.map(isAlive)).toEqual([false]);
    expect(kinds()).toEqual(['connecting', 'up', 'proven']);
  });

  it('is back within three seconds when the edge dropped it, again and again', async () => {
    await keep({ prove, times: { steadyAfterMs: 0 } }).up;
    for (let round = 0; round < 3; round += 1) {
      scene.edge.drop();
      expect(await untilProvenAgain()).toBeLessThan(3_000);
    }
    expect(kinds().slice(3, 7)).toEqual(['lost', 'connecting', 'up', 'proven']);
    await expect.poll(() => scene.pids.filter(isAlive).length).toBe(1);
  });

  it('is back within three seconds after an edge that was away for some', async () => {
    await keep({ prove }).up;
    await scene.edge.goAway();
    await expect.poll(() => kinds().filter((kind) => kind === 'retrying').length).toBeGreaterThan(4);
    await scene.edge.comeBack();
    expect(await untilProvenAgain()).toBeLessThan(3_000);
    const retries = states.filter((state) => state.kind === 'retrying');
    expect(retries.length).toBeGreaterThan(4);
    expect(retries.every(({ delay }) => delay <= 1_000)).toBe(true);
  });

  it('is back within three seconds after an edge that accepted connections and said nothing', async () => {
    await keep({ prove }).up;
    scene.edge.hang(true);
    scene.edge.drop();
    await expect.poll(() => kinds().filter((kind) => kind === 'retrying').length).toBeGreaterThan(1);
    scene.edge.hang(false);
    expect(await untilProvenAgain()).toBeLessThan(3_000);
  });

  it('is back after an edge that froze with its connections open', async () => {
    await keep({ prove }, { heartbeat: STRICT }).up;
    scene.edge.freeze(true);
    await expect.poll(kinds).toContain('lost');
    scene.edge.freeze(false);
    expect(await untilProvenAgain()).toBeLessThan(3_000);
  });

  it('is back after its process died', async () => {
    await keep({ prove, times: { steadyAfterMs: 0 } }).up;
    process.kill(scene.pids[0] ?? 0, 'SIGKILL');
    expect(await untilProvenAgain()).toBeLessThan(3_000);
    expect(states).toContainEqual({ kind: 'lost', why: 'the ngrok process ended (SIGKILL)' });
  });

  it('is back at once after a sleep that its session survived, and is not in its own way', async () => {
    let slept = 0;
    await keep({ prove, now: () => Date.now() + slept }).up;
    slept = 600_000;
    await expect.poll(kinds).toContain('lost');
    await expect.poll(countProofs).toBe(2);
    expect(kinds()).toEqual(['connecting', 'up', 'proven', 'lost', 'connecting', 'up', 'proven']);
    expect(scene.pids.filter(isAlive)).toHaveLength(1);
  });

  it('tells when the public base changed', async () => {
    await keep({ times: { steadyAfterMs: 0 } }).up;
    scene.edge.setDevDomain('renamed.ngrok-free.app');
    scene.edge.drop();
    await expect
      .poll(() => states)
      .toContainEqual({ kind: 'up', publicBase: 'https://renamed.ngrok-free.app' });
  });
});

describe('refusals', () => {
  it.each([107, 334])('end it at the start (%i)', async (code) => {
    scene.edge.refuse('session', { code, text: 'No.' });
    await expect(keep().up).rejects.toMatchObject({ kind: 'refused', ngrokCode: code });
    expect(await kept?.ended).toBe(
      states.flatMap((state) => (state.kind === 'refused' ? state.error : []))[0],
    );
    expect(kinds()).toEqual(['connecting', 'refused']);
  });

  it.each([128, 349, 802])('that pass are waited out (%i)', async (code) => {
    scene.edge.refuse('session', { code, text: 'Not now.' });
    const { up } = keep();
    await expect.poll(kinds).toContain('retrying');
    scene.edge.refuse('session', undefined);
    expect(await up).toBe(BASE);
  });

  it('that our own lost tunnel may have caused are waited out after a loss, others are not', async () => {
    await keep({ times: { steadyAfterMs: 0 } }).up;
    scene.edge.refuse('endpoint', { code: 334, text: 'Already online.' });
    scene.edge.drop();
    await expect.poll(kinds).toContain('retrying');
    scene.edge.refuse('endpoint', { code: 320, text: 'Reserved.' });
    expect(await kept?.ended).toMatchObject({ ngrokCode: 320 });
    await expect.poll(() => scene.pids.filter(isAlive)).toEqual([]);
  });

  it('at the start nobody waits for ever for an edge that is not there', async () => {
    await scene.edge.goAway();
    // The clock jumps as soon as it has tried once: its patience is over then.
    const now = () => Date.now() + (kinds().includes('retrying') ? DEADLINE : 0);
    await expect(keep({ now }).up).rejects.toMatchObject({ kind: 'network' });
    expect(kinds()).toContain('retrying');
  });

  it('closing ends an attempt that hangs', async () => {
    scene.edge.hang(true);
    const { up, close } = keep();
    await expect.poll(() => scene.pids.length).toBe(1);
    await close();
    await expect(up).rejects.toMatchObject({ kind: 'interrupted' });
    await expect.poll(() => scene.pids.filter(isAlive)).toEqual([]);
  });
});
