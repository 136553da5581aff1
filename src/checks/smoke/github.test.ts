// Tests the annotations and the job summary for GitHub, with any text in the findings.
import { expect, it } from 'vitest';
import { formatAnnotations, formatJobSummary } from './github.js';
import type { SmokeReport } from './report.js';

const CHECK = {
  id: 'clock',
  group: 'account',
  state: 'fault',
  milliseconds: 3,
  summary: '',
  waitsFor: null,
  notes: [],
} as const;

function report(...checks: SmokeReport['checks']): SmokeReport {
  return {
    command: 'smoke',
    milliseconds: 1,
    checks,
    counts: { ok: 0, warning: 0, fault: 1, skipped: 2 },
  };
}

const finding = (what: string) => ({ id: 'wrong', what, why: 'It matters.', tryNext: ['fix it'] });

it('formatAnnotations keeps a message on one line, and shows control characters and commands in it', () => {
  const what = '100 % wrong::set-output name=a::b\r\n::warning::c##[error]\x1b[31m\u202e';
  expect(formatAnnotations(report({ ...CHECK, notes: [], findings: [finding(what)] }))).toEqual([
    '::error title=smoke clock::100 %25 wrong::set-output name=a::b\\r\\n::warning::c\\x23#[error]\\x1b[31m\\u202e%0ATry: fix it',
  ]);
});

it('formatAnnotations escapes the title', () => {
  const [line] = formatAnnotations(report({ ...CHECK, id: 'a:b,c', notes: [], findings: [finding('no')] }));
  expect(line).toBe('::error title=smoke a%3Ab%2Cc::no%0ATry: fix it');
});

it('formatAnnotations warns once for each reason to skip, but not of checks that wait for a failed one', () => {
  const skipped = { ...CHECK, state: 'skipped', notes: [], findings: [], summary: 'nothing is set' } as const;
  const waiting = { ...skipped, summary: 'waits for clock', waitsFor: 'clock' };
  expect(
    formatAnnotations(
      report(
        { ...skipped, notes: [], findings: [] },
        { ...skipped, notes: [], findings: [] },
        { ...waiting, notes: [], findings: [] },
      ),
    ),
  ).toEqual(['::warning title=smoke skipped checks::account: nothing is set']);
});

it('formatJobSummary keeps any text inside its table', () => {
  const text = formatJobSummary(
    report({ ...CHECK, notes: ['asked\nagain'], findings: [finding('a | b <c> &#x202e; \x1b[31m\u202e')] }),
  );
  expect(text).toBe(
    [
      '### relay-phone smoke',
      '',
      '1 with faults, 0 right, 2 skipped',
      '',
      '| | check | time | |',
      '| --- | --- | ---: | --- |',
      '| ❌ | `clock` | 3 ms | a \\| b \\<c\\> \\&#x202e; \\\\x1b\\[31m\\\\u202e; asked again |',
      '',
      '',
    ].join('\n'),
  );
});
