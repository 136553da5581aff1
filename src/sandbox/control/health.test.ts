// How long the health check remembers that writes were lost.
import { expect, it } from 'vitest';
import { createHealthCheck } from './health.js';

it('a sandbox is unhealthy for half a minute after each time that it lost writes', () => {
  let now = 0;
  let lose = () => {};
  const isHealthy = createHealthCheck(
    {
      onLost: (listener) => {
        lose = () => listener(new Error('the disk is full'));
      },
    },
    () => now,
  );
  expect(isHealthy()).toBe(true);
  lose();
  expect(isHealthy()).toBe(false);
  now = 20_000;
  lose();
  now = 50_000;
  expect(isHealthy()).toBe(false);
  now = 50_001;
  expect(isHealthy()).toBe(true);
});
