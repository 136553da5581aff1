// Tests that docs/smoke-checks.md matches the checks. With -u it writes the page.
import { expect, it } from 'vitest';
import { SMOKE_CHECKS } from '../src/checks/smoke/checks.js';
import { type AnySmokeCheck, SMOKE_PARTS } from '../src/checks/smoke/smoke-context.js';

const HEAD = `# What smoke checks

All checks, generated from the program (\`npx vitest run test/smoke-docs.test.ts -u\`). The ids are a contract: \`--only\` and
\`--skip\` accept them, and JUnit XML and \`--json\` contain them. Every check can also have the finding \`could-not-look\`.
`;

it('docs/smoke-checks.md lists every check', async () => {
  const sections = SMOKE_PARTS.map((part) => {
    const rows = SMOKE_CHECKS.filter(({ group }) => group === part).map(describeCheck);
    return [
      `## ${part}\n`,
      '| check | what must be true | needs | findings |',
      '| --- | --- | --- | --- |',
      ...rows,
      '',
    ];
  });
  const page = [HEAD, ...sections.flat()].join('\n');
  await expect(page).toMatchFileSnapshot('../docs/smoke-checks.md');
});

function describeCheck({ id, expects, needs, findings }: AnySmokeCheck): string {
  return `| \`${id}\` | ${expects} | ${formatIds(needs)} | ${formatIds(Object.keys(findings))} |`;
}

function formatIds(ids: readonly string[]): string {
  return ids.map((id) => `\`${id}\``).join(', ');
}
