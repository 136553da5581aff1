// What a kept tunnel makes of proofs that fail and of a machine that slept, without any network.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
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

let kept: SupervisedTunnel | undefined;
afterEach(() => kept?.close());

function keep(options: Partial<SupervisorOptions>): { states: TunnelState[]; kept: SupervisedTunnel } {
  const states: TunnelState[] = [];
  kept = superviseTunnel(createFixedUrl(BASE), { onState: (state) => states.push(state), ...options });
  return { states, kept };
}

describe('a proof', () => {
  it('may fail once, not twice', async () => {
    const outcomes = ['good', 'bad', 'good', 'bad', 'bad', 'good'];
    const prove = async () => {
      if (outcomes.shift() === 'bad') throw new Error('status 502');
    };
    const { states } = keep({ prove, times: { proofIntervalMs: 20, proofRetryMs: 10, steadyAfterMs: 0 } });
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

  it('that takes too long fails, and is told to stop', async () => {
    let stopped = 0;
    const prove = (_base: string, signal: AbortSignal) => {
      signal.addEventListener('abort', () => {
        stopped += 1;
      });
      return sleep(60_000, undefined, { ref: false });
    };
    const { kept } = keep({
      prove,
      // Time passes with the proofs, for as many of them as this machine makes meanwhile.
      now: () => 100 * stopped,
      times: { proofTimeoutMs: 50, proofRetryMs: 10, firstProofMs: 200, giveUpAfterMs: 200 },
    });
    await expect(kept.up).rejects.toThrow(/did not lead here \(no answer within 0.05 s\)/);
    expect(stopped).toBeGreaterThan(1);
  });

  it('gets time while a new address spreads', async () => {
    let tries = 0;
    const prove = async () => {
      tries += 1;
      if (tries < 10) throw new Error('status 404');
    };
    const { states, kept } = keep({ prove, times: { proofRetryMs: 10 } });
    await kept.up;
    expect(states.map(({ kind }) => kind)).toEqual(['connecting', 'up', 'proven']);
  });

  it('says itself why an address never led here', async () => {
    const error = new RelayPhoneError({ kind: 'fault', task: 'prove it', reason: 'another server answers' });
    const prove = () => Promise.reject(error);
    const { kept } = keep({ prove, times: { proofRetryMs: 10, firstProofMs: 50, giveUpAfterMs: 50 } });
    await expect(kept.up).rejects.toBe(error);
  });
});

describe('sleep', () => {
  it('is a loss', async () => {
    let slept = 0;
    const { states } = keep({ now: () => Date.now() + slept });
    await expect.poll(() => states.at(-1)?.kind).toBe('up');
    slept = 3_600_000;
    await expect
      .poll(() => states)
      .toContainEqual({ kind: 'lost', why: 'this machine was asleep for 3600 s' });
    await expect.poll(() => states.at(-1)).toEqual({ kind: 'up', publicBase: BASE });
  });
});

describe('the pace', () => {
  it('doubles from a quarter of a second, to one second in the first minute and ten in the end', () => {
    const delays = (outage: number) =>
      [1, 2, 3, 4, 9, 500].map((failures) => findRetryDelayMs(failures, outage, 0));
    expect(delays(1_000)).toEqual([250, 500, 1_000, 1_000, 1_000, 1_000]);
    expect(delays(300_000)).toEqual([250, 500, 1_000, 2_000, 5_000, 5_000]);
    expect(delays(86_400_000)).toEqual([250, 500, 1_000, 2_000, 10_000, 10_000]);
    expect(findRetryDelayMs(1, 0, 1)).toBe(200);
  });

  it('gives an attempt little time only where little was enough', () => {
    expect(findAttemptTimeoutMs(RECONNECT_TIMES, 0, undefined)).toBe(15_000);
    expect(findAttemptTimeoutMs(RECONNECT_TIMES, 0, 200)).toBe(1_500);
    expect(findAttemptTimeoutMs(RECONNECT_TIMES, 0, 700)).toBe(2_100);
    expect(findAttemptTimeoutMs(RECONNECT_TIMES, 60_000, 200)).toBe(15_000);
  });
});
