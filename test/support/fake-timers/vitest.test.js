// The fake timers of vitest, all of them but process.nextTick, which it does not fake by itself either.
import { afterEach, test, vi } from 'vitest';
import useSandbox from './use-sandbox.cjs';

afterEach(() => void vi.useRealTimers());

test('vitest', { timeout: 120_000 }, async () => {
  vi.useFakeTimers({ now: Date.UTC(2030, 0, 1) });
  await useSandbox();
});
