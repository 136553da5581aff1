// Formats a report as JUnit XML, which CI systems show as tests.
import { showControls } from '../../control-characters.js';
import type { SmokeReport } from './report.js';

type Result = SmokeReport['checks'][number];

/**
 * Returns a document with a `<testsuite>` for each part, and a `<testcase>` for each check.
 * Follows https://github.com/testmoapp/junitxml.
 *
 * @param startedAt milliseconds since 1970
 */
export function formatJunit({ checks, milliseconds }: SmokeReport, startedAt: number): string {
  const parts = [...new Set(checks.map(({ group }) => group))];
  const suites = parts.map((part) =>
    formatSuite(
      part,
      checks.filter(({ group }) => group === part),
      startedAt,
    ),
  );
  const counts = attributes({ name: 'relay-phone smoke', ...count(checks), time: seconds(milliseconds) });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${counts}>\n${suites.join('')}</testsuites>\n`;
}

function formatSuite(part: string, results: readonly Result[], startedAt: number): string {
  const skipped = results.filter(({ state }) => state === 'skipped').length;
  const opening = attributes({
    name: `smoke.${part}`,
    ...count(results),
    skipped,
    // The checks run in parallel; readers expect the sum of their times here.
    time: seconds(results.reduce((sum, one) => sum + one.milliseconds, 0)),
    timestamp: new Date(startedAt).toISOString().slice(0, 19),
  });
  return `  <testsuite${opening}>\n${results.map(formatCase).join('')}  </testsuite>\n`;
}

function count(results: readonly Result[]) {
  const failures = results.filter(({ state }) => state === 'fault').length;
  return { tests: results.length, failures, errors: 0 };
}

function formatCase(result: Result): string {
  const { id, group, milliseconds } = result;
  const opening = attributes({ name: id, classname: `smoke.${group}`, time: seconds(milliseconds) });
  const inside = [...formatOutcome(result), ...formatNotes(result)];
  return inside.length === 0
    ? `    <testcase${opening}/>\n`
    : `    <testcase${opening}>\n${inside.map((line) => `      ${line}\n`).join('')}    </testcase>\n`;
}

function formatOutcome({ state, summary, findings }: Result): string[] {
  if (state === 'skipped') return [`<skipped${attributes({ message: summary })}/>`];
  return findings.map(({ id, what, why, tryNext }) => {
    const text = [what, why, ...tryNext.map((way) => `Try: ${way}`)].map(escapeXml).join('\n');
    return `<failure${attributes({ message: what, type: id })}>${text}</failure>`;
  });
}

function formatNotes({ notes }: Result): string[] {
  return notes.length === 0 ? [] : [`<system-out>${notes.map(escapeXml).join('\n')}</system-out>`];
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join('');
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Escapes a line for XML 1.0. Control characters are made visible; lone surrogates, which XML cannot hold, become U+FFFD. */
function escapeXml(text: string): string {
  return showControls(text)
    .replace(/[^\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
