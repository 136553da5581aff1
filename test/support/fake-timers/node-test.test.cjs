// The mock timers of node:test.
const { mock, test } = require('node:test');
const useSandbox = require('./use-sandbox.cjs');

test('node:test', async () => {
  mock.timers.enable({
    apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'],
    now: Date.UTC(2030, 0, 1),
  });
  await useSandbox();
  mock.timers.reset();
});
