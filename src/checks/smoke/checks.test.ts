// Tests the selection of smoke's checks by --only and --skip.
import { describe, expect, it } from 'vitest';
import { findAdvice } from '../../twilio/advice.js';
import { REFUSED_REQUESTS } from './account/magic-numbers.js';
import { findParts, SMOKE_CHECKS, selectChecks } from './checks.js';
import { SMOKE_PARTS } from './smoke-context.js';

const select = (only: readonly string[], skip: readonly string[] = []) =>
  selectChecks(SMOKE_PARTS, { only, skip }).map(({ id }) => id);

describe('selectChecks', () => {
  it('selects all checks by default, each once and after the checks it needs', () => {
    const ids = select([]);
    expect(ids).toEqual(SMOKE_CHECKS.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, needs } of SMOKE_CHECKS)
      for (const one of needs) expect(ids.indexOf(one)).toBeLessThan(ids.indexOf(id));
  });

  it('includes the checks that a selected one needs, directly or not', () => {
    expect(select(['lookup'])).toEqual(['test-credentials', 'lookup']);
    expect(select(['story-text'])).toEqual(['story-init', 'story-mask', 'story-text']);
  });

  it('leaves out checks that need a skipped one', () => {
    expect(select(['sandbox'], ['story-reply'])).toEqual(['story-init', 'story-mask', 'story-text']);
    expect(select([], ['test-credentials', 'app', 'sandbox'])).toEqual(['clock']);
  });

  it('finds parts by their names and by the ids of their checks', () => {
    expect(findParts(['sandbox', 'clock'])).toEqual(['account', 'sandbox']);
  });

  it.each([
    ['story-txt', 'story-text'],
    ['text-to-stoped-21610', 'text-to-stopped-21610'],
    ['acount', 'account'],
  ])('refuses the unknown name %s, and suggests %s', (name, nearest) => {
    expect(() => select([], [name])).toThrow(
      expect.objectContaining({ kind: 'usage', tryNext: [`did you mean ${nearest}?`, expect.any(String)] }),
    );
  });

  it('throws if no check is left', () => {
    expect(() => select(['lookup'], ['test-credentials'])).toThrow('no check is left');
  });
});

it('has advice for the error code of every magic number', () => {
  expect(REFUSED_REQUESTS.filter(({ code }) => !findAdvice(code))).toEqual([]);
});
