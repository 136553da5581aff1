// Tests how often the webhook URLs of an account are read.
import { expect, it } from 'vitest';
import { RelayPhoneError } from '../../errors.js';
import { createAccountUrls } from './account-urls.js';

function setUp(fault?: RelayPhoneError) {
  const state = { elapsedMs: 0, reads: 0 };
  const readUrls = async () => {
    state.reads += 1;
    if (fault) throw fault;
  };
  const account = { sid: `AC${'1'.repeat(32)}`, urls: () => [], readUrls };
  return { state, urls: createAccountUrls(account, () => state.elapsedMs) };
}

it('reads the URLs at most once in half a minute, and shares a read that is under way', async () => {
  const { state, urls } = setUp();
  const first = urls.refresh();
  expect(urls.refresh()).toBe(first);
  expect(await first).toBeNull();
  state.elapsedMs = 29_999;
  expect(urls.refresh()).toBeUndefined();
  state.elapsedMs = 30_000;
  expect(await urls.refresh()).toBeNull();
  expect(state.reads).toBe(2);
});

it('returns why the URLs could not be read, and waits before it tries again', async () => {
  const fault = { kind: 'network', task: 'list', reason: 'Twilio did not answer', tryNext: [] } as const;
  const { state, urls } = setUp(new RelayPhoneError(fault));
  expect(await urls.refresh()).toBe('Twilio did not answer');
  expect(urls.refresh()).toBeUndefined();
  expect(state.reads).toBe(1);
});

it('reads nothing without an account', () => {
  const urls = createAccountUrls(undefined);
  expect([urls.refresh(), urls.current()]).toEqual([undefined, []]);
});
