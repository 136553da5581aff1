// Formats a report for GitHub Actions: annotations, and a job summary.
import { showControls } from '../../control-characters.js';
import { listSkipReasons, type SmokeReport } from './report.js';

type Result = SmokeReport['checks'][number];

/**
 * Returns an annotation for each fault, and one warning for each reason why checks were skipped. Follows
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
 */
export function formatAnnotations(report: SmokeReport): `::${string}`[] {
  const faults = report.checks.flatMap(({ id, findings }) =>
    findings.map(({ what, tryNext }) =>
      formatAnnotation('error', `smoke ${id}`, [what, ...tryNext.map((way) => `Try: ${way}`)]),
    ),
  );
  const skipped = listSkipReasons(report).map((why) =>
    formatAnnotation('warning', 'smoke skipped checks', [why]),
  );
  return [...faults, ...skipped];
}

function formatAnnotation(kind: 'error' | 'warning', title: string, lines: readonly string[]): `::${string}` {
  const message = lines.map(showControls).join('\n');
  return `::${kind} title=${escapeProperty(showControls(title))}::${escapeData(message)}`;
}

/** Escapes as https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts does. */
function escapeData(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}

const SIGNS: Readonly<Record<Result['state'], string>> = {
  ok: '✅',
  warning: '⚠️',
  fault: '❌',
  skipped: '⏭️',
};

/** Returns a Markdown table of all checks. See https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary */
export function formatJobSummary({ checks, counts }: SmokeReport): string {
  const rows = checks.map((one) => {
    const reason = [...one.findings.map(({ what }) => what), one.summary, ...one.notes].filter(Boolean);
    return `| ${SIGNS[one.state]} | \`${one.id}\` | ${one.milliseconds} ms | ${escapeCell(reason.join('; '))} |`;
  });
  const sum = `${counts.fault} with faults, ${counts.ok} right, ${counts.skipped} skipped`;
  return [
    '### relay-phone smoke',
    '',
    sum,
    '',
    '| | check | time | |',
    '| --- | --- | ---: | --- |',
    ...rows,
    '',
    '',
  ].join('\n');
}

function escapeCell(text: string): string {
  return showControls(text.replace(/\s+/g, ' ')).replace(/[\\|`<>*_[\]&]/g, '\\$&');
}
