// What the log of exchanges keeps, and what it drops.
import { describe, expect, it } from 'vitest';
import { createExchangeLog, type SandboxExchange } from './exchange-log.js';

function exchange(id: number, body = ''): SandboxExchange {
  return {
    direction: 'rest',
    id,
    at: 0,
    durationMs: 1,
    trace: { traceId: 'a', cause: null },
    method: 'POST',
    target: '/',
    requestHeaders: [],
    requestBody: body,
    isRequestCut: false,
    status: 200,
    answerHeaders: [],
    answerBody: '',
    isAnswerCut: false,
    error: null,
    remote: '127.0.0.1',
  };
}

const idsOf = (log: ReturnType<typeof createExchangeLog>) => log.list().map(({ id }) => id);

describe('the log of exchanges', () => {
  it('keeps the last two thousand, in the order in which they ended', () => {
    const log = createExchangeLog(2000);
    for (let count = 0; count < 2005; count += 1) log.add(exchange(log.nextId()));
    const ids = idsOf(log);
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([2000, 6, 2005]);
    expect(log.find(5)).toBeUndefined();
    expect(log.find(6)).toMatchObject({ id: 6 });
    log.clear();
    expect(idsOf(log)).toEqual([]);
    log.add(exchange(log.nextId()));
    expect(idsOf(log)).toEqual([2006]);
  });

  it('drops the oldest when all bodies together are too large, but never the newest', () => {
    const log = createExchangeLog(2000);
    const large = 'x'.repeat(10 * 1024 * 1024);
    for (let id = 1; id <= 4; id += 1) log.add(exchange(id, large));
    expect(idsOf(log)).toEqual([2, 3, 4]);
    log.add(exchange(5, 'x'.repeat(40 * 1024 * 1024)));
    expect(idsOf(log)).toEqual([5]);
    log.add(exchange(6));
    expect(idsOf(log)).toEqual([6]);
  });

  it('keeps nothing if it is told so', () => {
    const log = createExchangeLog(0);
    log.add(exchange(log.nextId()));
    expect([idsOf(log), log.nextId()]).toEqual([[], 2]);
  });

  it('keeps one copy of headers that differ only in the length of the body', () => {
    const log = createExchangeLog(2000);
    const headers = (length: string, agent = 'curl') => ['Content-Length', length, 'User-Agent', agent];
    const first = headers('1');
    expect(log.keepHeaders(first)).toBe(first);
    expect(log.keepHeaders(headers('2'))).toBe(first);
    const other = headers('1', 'wget');
    expect(log.keepHeaders(other)).toBe(other);
    expect(log.keepHeaders([...first, 'Host', 'a'])).toHaveLength(6);
    expect(log.keepHeaders(headers('3'))).toBe(first);
  });
});
