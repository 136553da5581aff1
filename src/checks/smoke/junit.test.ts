// Tests that the JUnit XML of any findings parses and is valid by its schema.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJunit } from '../../../test/support/smoke/read-junit.js';
import { formatJunit } from './junit.js';
import type { SmokeReport } from './report.js';

type Result = SmokeReport['checks'][number];

const OK: Result = {
  id: 'story-text',
  group: 'sandbox',
  state: 'ok',
  milliseconds: 17,
  summary: 'it arrived',
  waitsFor: null,
  notes: [],
  findings: [],
};
const finding = {
  id: 'wrong',
  what: 'it is wrong',
  why: 'It should not be.',
  tryNext: ['fix it', 'leave it'],
};

function format(...checks: readonly Result[]): string {
  const counts = { ok: 0, warning: 0, fault: 0, skipped: 0 };
  const report: SmokeReport = { command: 'smoke', milliseconds: 123.4, checks: [...checks], counts };
  return formatJunit(report, Date.UTC(2026, 10, 26, 21, 59, 1, 500));
}

describe('formatJunit', () => {
  it('writes a suite for each part, and a test for each check', () => {
    const xml = format(
      { ...OK, id: 'clock', group: 'account', state: 'fault', findings: [finding] },
      { ...OK, id: 'lookup', group: 'account', state: 'skipped', summary: 'waits for clock' },
      { ...OK, notes: ['asked again'] },
    );
    expect(readJunit(xml)).toEqual([
      {
        suite: 'smoke.account',
        name: 'clock',
        outcome: 'failed',
        message: 'it is wrong',
        text: expect.stringContaining('It should not be.\nTry: fix it\nTry: leave it'),
      },
      {
        suite: 'smoke.account',
        name: 'lookup',
        outcome: 'skipped',
        message: 'waits for clock',
        text: expect.any(String),
      },
      {
        suite: 'smoke.sandbox',
        name: 'story-text',
        outcome: 'passed',
        message: undefined,
        text: expect.stringContaining('asked again'),
      },
    ]);
    expect(xml).toContain(
      '<testsuites name="relay-phone smoke" tests="3" failures="1" errors="0" time="0.123">',
    );
    expect(xml).toContain('skipped="1" time="0.034" timestamp="2026-11-26T21:59:01">');
  });

  it('writes valid XML with any text in the findings', () => {
    const unit = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(']]>', '<!--', '\0', '\ud800', '&amp;', '\ufffe'),
    );
    fc.assert(
      fc.property(
        fc.array(unit).map((parts) => parts.join('')),
        (what) => {
          const failed: Result = { ...OK, state: 'fault', findings: [{ ...finding, what }], notes: [what] };
          const [test] = readJunit(format(failed, { ...OK, state: 'skipped', summary: what }));
          expect(test?.outcome).toBe('failed');
        },
      ),
    );
  });

  it('keeps markup of the findings, and shows control characters and line breaks', () => {
    const what = `a < b && "c" > 'd'\nand \x1b[31m\x9b\u202emore`;
    const shown = `a < b && "c" > 'd'\\nand \\x1b[31m\\x9b\\u202emore`;
    const [test] = readJunit(format({ ...OK, state: 'fault', findings: [{ ...finding, what }] }));
    expect(test?.message).toBe(shown);
    expect(test?.text).toContain(shown);
  });
});
