// The request log forgets its oldest requests.
import { describe, expect, it } from 'vitest';
import { createRequestLog } from './request-log.js';

describe('the request log', () => {
  it('keeps the last thousand requests, oldest first', () => {
    const log = createRequestLog();
    for (let index = 0; index < 2500; index += 1) log.add('GET', `/${index}`, 200, index);
    expect(log.list()).toHaveLength(1000);
    expect(log.list()[0]).toEqual({
      method: 'GET',
      path: '/1500',
      status: 200,
      at: '1970-01-01T00:00:01.500Z',
    });
    expect(log.list().at(-1)?.path).toBe('/2499');
    log.clear();
    expect(log.list()).toEqual([]);
  });
});
