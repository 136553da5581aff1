// The filter of webhooks and requests, word by word.
import { describe, expect, it } from 'vitest';
import type { ExchangeReport } from '../../exchanges/report.js';
import { parseExchangeFilter } from './exchange-filter.js';
import { readExchangeOutcome } from './exchange-outcome.js';

const SID = `SM${'0'.repeat(31)}1`;

function exchange(changes: Partial<ExchangeReport> = {}): ExchangeReport {
  return {
    id: 1,
    kind: 'inbound_sms',
    at: '2026-11-29T20:00:00.000Z',
    duration: 3,
    attempt: 1,
    method: 'POST',
    target: '/api/v1/inbound_sms',
    status: 200,
    sids: { MessageSid: SID },
    from: '+12125550190',
    to: '+1 202 … 00',
    verdict: { result: 'valid', reasons: [], token: null, signedUrl: null, computedUrl: 'https://a.example' },
    error: null,
    refusal: null,
    remote: '203.0.113.9',
    app: 'http://127.0.0.1:8000',
    publicBase: 'https://a.example',
    replayOf: null,
    findings: [],
    ...changes,
  } as ExchangeReport;
}

const matches = (filter: string, changes: Partial<ExchangeReport> = {}) =>
  parseExchangeFilter(filter)(exchange(changes));

describe('the filter of exchanges', () => {
  it.each([
    '',
    'inbound 203.0.113',
    'kind:inbound',
    'from:+1212',
    'to:+1202',
    '+1202',
    'path:/API/v1',
    `sid:${SID.toLowerCase()}`,
    'sid:sm0000',
    'status:200',
    'status:2xx',
    'status:2',
    'is:other',
  ])('lets an exchange through with %j', (filter) => {
    expect(matches(filter)).toBe(true);
  });

  it.each([
    'outbound',
    'kind:sms',
    'from:+1202',
    'sid:ca',
    'status:5xx',
    'status:20x0',
    'is:failed',
    'note:x',
  ])('holds it back with %j', (filter) => {
    expect(matches(filter)).toBe(false);
  });

  it('needs all words', () => {
    expect(matches('inbound status:2xx')).toBe(true);
    expect(matches('inbound status:5xx')).toBe(false);
  });

  it('finds no status of an exchange without an answer', () => {
    expect(matches('status:x', { status: null })).toBe(false);
  });
});

describe('an exchange has failed', () => {
  const verdict = exchange().verdict;
  it.each<Partial<ExchangeReport>>([
    { status: 500 },
    { status: null },
    { error: 'did not answer' },
    { refusal: 'it has no valid signature' },
    { verdict: { ...verdict, result: 'invalid' } },
    { findings: [{ id: 'redirect', what: 'the app redirects', tryNext: [] }] },
  ])('with %o', (changes) => {
    expect(readExchangeOutcome(exchange(changes), undefined)).toBe('failed');
    expect(matches('is:failed', changes)).toBe(true);
  });

  it('but not when all is well', () => {
    expect(readExchangeOutcome(exchange(), undefined)).toBe('done');
  });
});
