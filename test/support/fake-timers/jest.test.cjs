// Jest's fake timers, modern and legacy. The legacy ones leave the date alone.
const useSandbox = require('./use-sandbox.cjs');

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

test('modern', async () => {
  jest.useFakeTimers({ now: Date.UTC(2030, 0, 1) });
  await useSandbox();
}, 120_000);

test('legacy', async () => {
  jest.spyOn(Date, 'now').mockReturnValue(Date.UTC(2030, 0, 1));
  jest.useFakeTimers({ legacyFakeTimers: true });
  await useSandbox();
}, 120_000);
