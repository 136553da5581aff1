// Checks which requests the guard of the control API refuses, for ports and pages that the tests of the API cannot have.
import { describe, expect, it } from 'vitest';
import { createGuard } from './guard.js';

const ORIGIN = 'http://127.0.0.1:4020';
const PAGE = 'http://127.0.0.1:4022';

describe('the guard', () => {
  it('takes a Host without a port for port 80', () => {
    const guard = createGuard({ origin: 'http://127.0.0.1' });
    expect(guard({ host: 'localhost' })).toBeUndefined();
    expect(guard({ host: '[::1]:80' })).toBeUndefined();
    expect(guard({ host: 'localhost:4020' })).toBe("the Host 'localhost:4020' is not localhost:80");
    expect(createGuard({ origin: ORIGIN })({ host: 'localhost' })).toBeDefined();
  });

  it('accepts the origin of the page, if there is one, and no other', () => {
    const host = '127.0.0.1:4020';
    const origins = [PAGE, ORIGIN, 'http://localhost:4022', 'http://127.0.0.1:4022/', 'null', ''];
    const refused = (pageOrigin?: string) =>
      origins.filter((origin) => createGuard({ origin: ORIGIN, pageOrigin })({ host, origin }) !== undefined);
    expect(refused(PAGE)).toEqual(origins.slice(1));
    expect(refused()).toEqual(origins);
  });

  it('refuses a request without a Host', () => {
    expect(createGuard({ origin: ORIGIN })({})).toBeDefined();
  });
});
