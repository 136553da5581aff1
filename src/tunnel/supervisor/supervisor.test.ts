// Tests a supervised tunnel with ngrok's real SDK and a fake edge that drops it, freezes, goes offline or refuses it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEADLINE } from '../../../test/support/deadline.js';
import { DEV_DOMAIN } from '../../../test/support/ngrok-edge/edge.js';
import {
  createTunnelScene,
  isAlive,
  STRICT_HEARTBEAT,
  type TunnelScene,
} from '../../../test/support/tunnel-scene.js';
import type { NgrokOptions } from '../ngrok/open.js';
import type { ReconnectTimes } from './reconnect-times.js';
import {
  type SupervisedTunnel,
  type SupervisorOptions,
  superviseTunnel,
  type TunnelState,
} from './supervisor.js';

const BASE = `https://${DEV_DOMAIN}`;

let scene: TunnelScene;
let states: TunnelState[];
let supervised: SupervisedTunnel | undefined;
beforeEach(async () => {
  scene = await createTunnelScene();
  states = [];
});
afterEach(async () => {
  await supervised?.close();
  await scene.close();
});

/** A slow machine may take long to open, prove and close a tunnel, and be late. The waits between attempts are the real ones. */
const SLOW_MACHINE: Partial<ReconnectTimes> = {
  attemptTimeoutMs: DEADLINE,
  closeWaitMs: DEADLINE,
  proofTimeoutMs: DEADLINE,
  firstProofMs: DEADLINE,
  sleepMs: DEADLINE,
};

function supervise(
  options: Partial<SupervisorOptions> = {},
  adapter: Partial<NgrokOptions> = {},
): SupervisedTunnel {
  const times = { ...SLOW_MACHINE, ...options.times };
  supervised = superviseTunnel(scene.adapter(adapter), {
    onState: (state) => states.push(state),
    ...options,
    times,
  });
  return supervised;
}

async function prove(): Promise<void> {
  const { status } = await scene.edge.request(`${BASE}/proof`);
  if (status !== 200) throw new Error(`status ${status}`);
}

/** Waits until the public base is proven again. Returns the milliseconds of the waits between attempts. */
async function waitUntilProvenAgain(): Promise<number> {
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

describe('a supervised tunnel', () => {
  it('is up when it is proven, and ends its process when it is closed', async () => {
    expect(await supervise({ prove }).up).toBe(BASE);
    expect(kinds()).toEqual(['connecting', 'up', 'proven']);
    await supervised?.close();
    expect(await supervised?.ended).toBeUndefined();
    expect(scene.edge.hosts()).toEqual([]);
    expect(scene.pids.map(isAlive)).toEqual([false]);
    expect(kinds()).toEqual(['connecting', 'up', 'proven']);
  });

  it('is back within three seconds each time the edge drops it', async () => {
    await supervise({ prove, times: { steadyAfterMs: 0 } }).up;
    for (let round = 0; round < 3; round += 1) {
      scene.edge.drop();
      expect(await waitUntilProvenAgain()).toBeLessThan(3_000);
    }
    expect(kinds().slice(3, 7)).toEqual(['lost', 'connecting', 'up', 'proven']);
    await expect.poll(() => scene.pids.filter(isAlive).length).toBe(1);
  });

  it('is back within three seconds after the edge returns', async () => {
    await supervise({ prove }).up;
    await scene.edge.goOffline();
    await expect.poll(() => kinds().filter((kind) => kind === 'retrying').length).toBeGreaterThan(4);
    await scene.edge.goOnline();
    expect(await waitUntilProvenAgain()).toBeLessThan(3_000);
    const retries = states.filter((state) => state.kind === 'retrying');
    expect(retries.length).toBeGreaterThan(4);
    expect(retries.every(({ delay }) => delay <= 1_000)).toBe(true);
  });

  it('is back within three seconds after the edge accepted connections without answering', async () => {
    await supervise({ prove }).up;
    scene.edge.hang(true);
    scene.edge.drop();
    await expect.poll(() => kinds().filter((kind) => kind === 'retrying').length).toBeGreaterThan(1);
    scene.edge.hang(false);
    expect(await waitUntilProvenAgain()).toBeLessThan(3_000);
  });

  it('is back within three seconds after the edge froze with open connections', async () => {
    await supervise({ prove }, { heartbeat: STRICT_HEARTBEAT }).up;
    scene.edge.freeze(true);
    await expect.poll(kinds).toContain('lost');
    scene.edge.freeze(false);
    expect(await waitUntilProvenAgain()).toBeLessThan(3_000);
  });

  it('is back within three seconds after its process died', async () => {
    await supervise({ prove, times: { steadyAfterMs: 0 } }).up;
    process.kill(scene.pids[0] ?? 0, 'SIGKILL');
    expect(await waitUntilProvenAgain()).toBeLessThan(3_000);
    expect(states).toContainEqual({ kind: 'lost', why: 'the ngrok process ended (SIGKILL)' });
  });

  it('is back at once after the machine slept, and its old session does not block the domain', async () => {
    let slept = 0;
    await supervise({ prove, now: () => Date.now() + slept }).up;
    slept = 600_000;
    await expect.poll(kinds).toContain('lost');
    await expect.poll(countProofs).toBe(2);
    expect(kinds()).toEqual(['connecting', 'up', 'proven', 'lost', 'connecting', 'up', 'proven']);
    expect(scene.pids.filter(isAlive)).toHaveLength(1);
  });

  it('reports a changed public base', async () => {
    await supervise({ times: { steadyAfterMs: 0 } }).up;
    scene.edge.setDevDomain('renamed.ngrok-free.app');
    scene.edge.drop();
    await expect
      .poll(() => states)
      .toContainEqual({ kind: 'up', publicBase: 'https://renamed.ngrok-free.app' });
  });
});

describe('a supervised tunnel that does not open', () => {
  it.each([107, 334])('ends if ngrok refuses the first attempt (ERR_NGROK_%i)', async (code) => {
    scene.edge.refuse('session', { code, text: 'No.' });
    await expect(supervise().up).rejects.toMatchObject({ kind: 'refused', ngrokCode: code });
    expect(await supervised?.ended).toBe(
      states.flatMap((state) => (state.kind === 'refused' ? state.error : []))[0],
    );
    expect(kinds()).toEqual(['connecting', 'refused']);
  });

  it.each([128, 349, 802])('retries after a temporary refusal (ERR_NGROK_%i)', async (code) => {
    scene.edge.refuse('session', { code, text: 'Not now.' });
    const { up } = supervise();
    await expect.poll(kinds).toContain('retrying');
    scene.edge.refuse('session', undefined);
    expect(await up).toBe(BASE);
  });

  it('retries after a loss if the lost tunnel may cause the refusal, and ends after other refusals', async () => {
    await supervise({ times: { steadyAfterMs: 0 } }).up;
    scene.edge.refuse('endpoint', { code: 334, text: 'Already online.' });
    scene.edge.drop();
    await expect.poll(kinds).toContain('retrying');
    scene.edge.refuse('endpoint', { code: 320, text: 'Reserved.' });
    expect(await supervised?.ended).toMatchObject({ ngrokCode: 320 });
    await expect.poll(() => scene.pids.filter(isAlive)).toEqual([]);
  });

  it('ends if the edge cannot be reached for the first time', async () => {
    await scene.edge.goOffline();
    // The clock jumps after the first attempt, past the time for giving up.
    const now = () => Date.now() + (kinds().includes('retrying') ? DEADLINE : 0);
    await expect(supervise({ now }).up).rejects.toMatchObject({ kind: 'network' });
    expect(kinds()).toContain('retrying');
  });

  it('ends a hanging attempt and its process when it is closed', async () => {
    scene.edge.hang(true);
    const { up, close } = supervise();
    await expect.poll(() => scene.pids.length).toBe(1);
    await close();
    await expect(up).rejects.toMatchObject({ kind: 'interrupted' });
    await expect.poll(() => scene.pids.filter(isAlive)).toEqual([]);
  });
});
