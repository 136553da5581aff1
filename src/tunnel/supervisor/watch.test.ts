// Tests how a supervised tunnel reacts to failing proofs and to a machine that slept, without a network.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { DEADLINE } from '../../../test/support/deadline.js';
import { RelayPhoneError } from '../../errors.js';
import { createFixedUrl } from '../fixed-url.js';
import { findAttemptTimeoutMs, findRetryDelayMs, RECONNECT_TIMES } from './reconnect-times.js';
import {
  type SupervisedTunnel,
  type SupervisorOptions,
  superviseTunnel,
  type TunnelState,
} from './supervisor.js';

const BASE = 'https://relay.example.com';

let supervised: SupervisedTunnel | undefined;
afterEach(() => supervised?.close());

function supervise(options: Partial<SupervisorOptions>): {
  states: TunnelState[];
  supervised: SupervisedTunnel;
} {
  const states: TunnelState[] = [];
  // A slow machine is not one that sleeps.
  const times = { sleepMs: DEADLINE, ...options.times };
  const onState = (state: TunnelState) => states.push(state);
  supervised = superviseTunnel(createFixedUrl(BASE), { onState, ...options, times });
  return { states, supervised };
}

describe('a proof', () => {
  it('may fail once, but two failures in a row are a loss', async () => {
    const outcomes = ['good', 'bad', 'good', 'bad', 'bad', 'good'];
    const prove = async () => {
      if (outcomes.shift() === 'bad') throw new Error('status 502');
    };
    const { states } = supervise({
      prove,
      times: { proofIntervalMs: 20, proofRetryMs: 10, steadyAfterMs: 0 },
    });
    await expect.poll(() => states.length).toBeGreaterThanOrEqual(7);
    expect(states.slice(0, 7)).toEqual([
      { kind: 'connecting' },
      { kind: 'up', publicBase: BASE },
      { kind: 'proven', publicBase: BASE },
      { kind: 'lost', why: `${BASE} did not lead here (status 502)` },
      { kind: 'connecting' },
      { kind: 'up', publicBase: BASE },
      { kind: 'proven', publicBase: BASE },
    ]);
  });

  it('that takes too long fails and is aborted', async () => {
    let aborted = 0;
    const prove = (_base: string, signal: AbortSignal) => {
      signal.addEventListener('abort', () => {
        aborted += 1;
      });
      return sleep(60_000, undefined, { ref: false });
    };
    const { supervised } = supervise({
      prove,
      // Each aborted proof advances the clock, so that the test does not depend on the speed of the machine.
      now: () => 100 * aborted,
      times: { proofTimeoutMs: 50, proofRetryMs: 10, firstProofMs: 200, giveUpAfterMs: 200 },
    });
    await expect(supervised.up).rejects.toThrow(/did not lead here \(no answer within 0.05 s\)/);
    expect(aborted).toBeGreaterThan(1);
  });

  it('may fail for a while when the tunnel is new', async () => {
    let proofs = 0;
    const prove = async () => {
      proofs += 1;
      if (proofs < 10) throw new Error('status 404');
    };
    const { states, supervised } = supervise({ prove, times: { proofRetryMs: 10 } });
    await supervised.up;
    expect(states.map(({ kind }) => kind)).toEqual(['connecting', 'up', 'proven']);
  });

  it('ends the tunnel with its own error if it never succeeds', async () => {
    const error = new RelayPhoneError({ kind: 'fault', task: 'prove it', reason: 'another server answers' });
    const prove = () => Promise.reject(error);
    const { supervised } = supervise({
      prove,
      times: { proofRetryMs: 10, firstProofMs: 50, giveUpAfterMs: 50 },
    });
    await expect(supervised.up).rejects.toBe(error);
  });
});

describe('a sleep of the machine', () => {
  it('is a loss of the tunnel', async () => {
    // It stands still otherwise, so that a late timer adds nothing.
    let time = 0;
    const { states } = supervise({ now: () => time });
    await expect.poll(() => states.at(-1)?.kind).toBe('up');
    time = 3_601_000;
    await expect
      .poll(() => states)
      .toContainEqual({ kind: 'lost', why: 'this machine was asleep for 3600 s' });
    await expect.poll(() => states.at(-1)).toEqual({ kind: 'up', publicBase: BASE });
  });
});

describe('the reconnect times', () => {
  it('double the delay from 0.25 s, up to 1 s in the first minute and 10 s in the end', () => {
    const delays = (outageMs: number) =>
      [1, 2, 3, 4, 9, 500].map((failures) => findRetryDelayMs(failures, outageMs, 0));
    expect(delays(1_000)).toEqual([250, 500, 1_000, 1_000, 1_000, 1_000]);
    expect(delays(300_000)).toEqual([250, 500, 1_000, 2_000, 5_000, 5_000]);
    expect(delays(86_400_000)).toEqual([250, 500, 1_000, 2_000, 10_000, 10_000]);
    expect(findRetryDelayMs(1, 0, 1)).toBe(200);
  });

  it('give an attempt a short timeout only in a short outage, after a quick success', () => {
    expect(findAttemptTimeoutMs(RECONNECT_TIMES, 0, undefined)).toBe(15_000);
    expect(findAttemptTimeoutMs(RECONNECT_TIMES, 0, 200)).toBe(1_500);
    expect(findAttemptTimeoutMs(RECONNECT_TIMES, 0, 700)).toBe(2_100);
    expect(findAttemptTimeoutMs(RECONNECT_TIMES, 60_000, 200)).toBe(15_000);
  });
});
