// When a trace is quiet.
import { describe, expect, it } from 'vitest';
import { createOpenTraces, waitForQuiet } from './open-traces.js';

describe('a trace', () => {
  it('is open while anything of it is in progress', async () => {
    const traces = createOpenTraces();
    traces.add('a');
    traces.add('a');
    traces.add('b');
    traces.remove('a');
    expect([traces.has('a'), traces.has('b'), traces.has('c')]).toEqual([true, true, false]);
    traces.remove('a');
    expect(traces.has('a')).toBe(false);
    // After a reset, work that was aborted ends although nobody counts it any more.
    traces.remove('a');
    expect(traces.has('a')).toBe(false);
    await expect(traces.during('a', Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(traces.has('a')).toBe(false);
  });

  it('is waited for until what has ended has begun nothing else', async () => {
    const traces = createOpenTraces();
    traces.add('a');
    let isQuiet = false;
    const waiting = waitForQuiet(traces, 'a', 60_000).then(() => {
      isQuiet = true;
    });
    traces.remove('a');
    traces.add('a');
    await new Promise((resolve) => void setImmediate(resolve));
    expect(isQuiet).toBe(false);
    traces.remove('a');
    await waiting;
    await waitForQuiet(traces, 'unknown', 60_000);
  });

  it('is reported when it stays open', async () => {
    const traces = createOpenTraces();
    traces.add('a');
    await expect(waitForQuiet(traces, 'a', 1)).rejects.toMatchObject({ kind: 'fault' });
  });
});
