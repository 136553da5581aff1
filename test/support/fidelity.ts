// Writes the page that says what the tests hold the sandbox to, and how sure it is that Twilio does the same.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** What a test's title ends in when it pins a behaviour of Twilio's. */
const TAG = / \[([STRMU])\]$/;

/** A behaviour and its test. */
interface Row {
  readonly behaviour: string;
  readonly evidence: string;
  /** With slashes, from the root of the repository. */
  readonly file: string;
}

/** The behaviours that the titles of the tests name; no test is run. */
export function readBehaviours(): Row[] {
  // Loading only these is a third of the work.
  const tagged = ['src/sandbox', 'test']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.test.ts'))
        .map((file) => join(folder, file)),
    )
    .filter((file) => /\[([STRMU]|%s)\]/.test(readFileSync(join(ROOT, file), 'utf8')));
  return listTests(tagged).flatMap(({ name, file }) => {
    const evidence = TAG.exec(name)?.[1];
    const behaviour = name.replace(TAG, '').replaceAll(' > ', ' ');
    return evidence ? [{ behaviour, evidence, file: relative(ROOT, file).replaceAll('\\', '/') }] : [];
  });
}

function listTests(files: readonly string[]): { name: string; file: string }[] {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  // What one run of vitest leaves in the environment would confuse another.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));
  const folder = mkdtempSync(join(tmpdir(), 'fidelity-'));
  const list = join(folder, 'tests.json');
  try {
    const args = [vitest, 'list', ...files, `--json=${list}`];
    execFileSync(process.execPath, args, { cwd: ROOT, env, stdio: 'pipe' });
    return JSON.parse(readFileSync(list, 'utf8')) as { name: string; file: string }[];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const INTRODUCTION = `# What the sandbox is held to

Made from the titles of the tests by \`npm run fidelity\`: a row a behaviour, with the evidence that Twilio behaves so.

| evidence | means |
| --- | --- |
| S | Twilio's own specification or documentation says so |
| T | Twilio's SDKs, or tests that somebody runs against Twilio, rely on it |
| R | a real answer or request of Twilio's that somebody recorded and published |
| M | seen in somebody else's mock or guide only |

For a refusal, S means that the code is the one Twilio documents for that cause; the status 400 is Twilio's general rule,
and its words are pinned only where they were recorded. Every JSON answer in the tests is also checked, field by field,
against Twilio's OpenAPI documents.
`;

const UNKNOWN = `
## Chosen by us, not known of Twilio

Something had to be done here, and nobody has published what Twilio does. Do not rely on it.
`;

/** The page, in Markdown. */
export function formatPage(rows: readonly Row[]): string {
  const known = rows.filter(({ evidence }) => evidence !== 'U');
  const unknown = rows.filter(({ evidence }) => evidence === 'U');
  const nouns = [...new Set(known.map(nounOf))].sort();
  const tables = nouns.map((noun) => {
    const own = known.filter((row) => nounOf(row) === noun);
    return `\n## ${noun}\n\n${formatTable(['behaviour', 'evidence', 'test'], own)}`;
  });
  return [INTRODUCTION, ...tables, UNKNOWN, '\n', formatTable(['behaviour', 'test'], unknown)].join('');
}

/** The folder of a test, which is named after what it is about; or the test itself where it has none. */
function nounOf({ file }: Row): string {
  const inside = file.replace(/^(src\/sandbox|test)\/(resources\/)?/, '').replace(/\.test\.ts$/, '');
  return inside.replace(/\/.*/, '').replaceAll('-', ' ');
}

function formatTable(columns: readonly string[], rows: readonly Row[]): string {
  const lines = rows
    .map(({ behaviour, evidence, file }) => ({
      behaviour: escapeCell(behaviour),
      evidence,
      test: `\`${file}\``,
    }))
    .map((cells) => columns.map((column) => cells[column as keyof typeof cells]));
  const sorted = lines.toSorted((one, other) => (one.at(-1) ?? '').localeCompare(other.at(-1) ?? '', 'en'));
  return [columns, columns.map(() => '---'), ...sorted].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** What Markdown would take for a table's edge, for HTML or for emphasis. */
function escapeCell(text: string): string {
  return text.replace(/[|<>*_`\\[\]]/g, '\\$&').replace(/\s+/g, ' ');
}
