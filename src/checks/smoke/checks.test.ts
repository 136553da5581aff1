// Tests the choice of smoke's checks by name, with the checks they need.
import { describe, expect, it } from 'vitest';
import { findAdvice } from '../../twilio/advice.js';
import { REFUSED_REQUESTS } from './account/magic-numbers.js';
import { findParts, SMOKE_CHECKS, selectChecks } from './checks.js';
import { SMOKE_PARTS } from './smoke-context.js';

const choose = (only: readonly string[], skip: readonly string[] = []) =>
  selectChecks(SMOKE_PARTS, { only, skip }).map(({ id }) => id);

describe('the choice of checks', () => {
  it('is all of them, each once, behind those it needs', () => {
    const ids = choose([]);
    expect(ids).toEqual(SMOKE_CHECKS.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, needs } of SMOKE_CHECKS)
      for (const one of needs) expect(ids.indexOf(one)).toBeLessThan(ids.indexOf(id));
  });

  it('takes in what is needed, however far away', () => {
    expect(choose(['lookup'])).toEqual(['test-credentials', 'lookup']);
    expect(choose(['story-text'])).toEqual(['story-init', 'story-mask', 'story-text']);
  });

  it('leaves out what needs what is skipped', () => {
    expect(choose(['sandbox'], ['story-reply'])).toEqual(['story-init', 'story-mask', 'story-text']);
    expect(choose([], ['test-credentials', 'app', 'sandbox'])).toEqual(['clock']);
  });

  it('knows the parts by their names', () => {
    expect(findParts(['sandbox', 'clock'])).toEqual(['account', 'sandbox']);
  });

  it.each([
    ['story-txt', 'story-text'],
    ['text-to-stoped-21610', 'text-to-stopped-21610'],
    ['acount', 'account'],
  ])('does not know %s, and thinks of %s', (name, nearest) => {
    expect(() => choose([], [name])).toThrow(
      expect.objectContaining({ kind: 'usage', tryNext: [`did you mean ${nearest}?`, expect.any(String)] }),
    );
  });

  it('is refused when nothing is left', () => {
    expect(() => choose(['lookup'], ['test-credentials'])).toThrow('nothing is left');
  });
});

it('every magic failure has advice', () => {
  expect(REFUSED_REQUESTS.filter(({ code }) => !findAdvice(code))).toEqual([]);
});
