// Tests that docs/doctor-findings.md matches the checks. With -u it writes the page.
import { expect, it } from 'vitest';
import type { FindingKind } from '../src/checks/check.js';
import { DOCTOR_CHECKS } from '../src/checks/doctor/checks.js';
import type { DoctorCheck } from '../src/checks/doctor/doctor-context.js';
import { COMMON_FINDINGS } from '../src/checks/run-checks.js';

const HEAD = `# What doctor checks

All checks with what must be true, and all findings, generated from the program
(\`npx vitest run test/doctor-docs.test.ts -u\`). A check waits for the checks that it needs, and is skipped if one of them
has a fault or was skipped. \`--fix\` fixes the *fixable* findings.
`;

it('docs/doctor-findings.md lists every check and finding', async () => {
  const groups = [...new Set(DOCTOR_CHECKS.map(({ group }) => group))];
  const sections = groups.map((group) => [
    `## ${group}\n`,
    ...DOCTOR_CHECKS.filter((one) => one.group === group).map(describeCheck),
  ]);
  const common = ['## every check\n', formatTable(COMMON_FINDINGS)];
  const page = [HEAD, ...sections.flat(), ...common].join('\n');
  await expect(page).toMatchFileSnapshot('../docs/doctor-findings.md');
});

function describeCheck({ id, expects, needs, findings }: DoctorCheck): string {
  const after = needs.length > 0 ? ` Needs ${needs.map((one) => `\`${one}\``).join(', ')}.` : '';
  const table = Object.keys(findings).length > 0 ? `\n${formatTable(findings)}` : '';
  return `**\`${id}\`**: ${expects}.${after}\n${table}`;
}

function formatTable(findings: Readonly<Record<string, FindingKind>>): string {
  const rows = Object.entries(findings).map(
    ([id, { severity, why, repair }]) => `| \`${id}\` | ${severity}${repair ? ', *fixable*' : ''} | ${why} |`,
  );
  return ['| finding | | why it matters |', '| --- | --- | --- |', ...rows, ''].join('\n');
}
