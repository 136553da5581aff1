// The fake timers of sinon, in Mocha: with process.nextTick a sandbox refuses to start, without it everything works.
const assert = require('node:assert/strict');
const sinon = require('sinon');
const useSandbox = require('./use-sandbox.cjs');

describe('sinon', () => {
  afterEach(() => sinon.restore());

  it('is refused with advice by default', async () => {
    sinon.useFakeTimers(Date.UTC(2030, 0, 1));
    await assert.rejects(useSandbox(), /process\.nextTick is faked/);
  });

  it('works without nextTick and queueMicrotask', async () => {
    sinon.useFakeTimers({ now: Date.UTC(2030, 0, 1), toNotFake: ['nextTick', 'queueMicrotask'] });
    await useSandbox();
  }).timeout(120_000);
});
