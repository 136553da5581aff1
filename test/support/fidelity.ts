// Writes docs/fidelity.md: the behaviours that the tests check, with the evidence that Twilio behaves the same.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { BEHAVIOURS } from '../../src/conformance/behaviours/behaviours.js';
import { readCapture } from '../../src/conformance/capture.js';
import { CAPTURES, newestRecordings } from '../../src/conformance/import.js';
import type { Capture } from '../../src/conformance/report.js';
import { formatParameters } from './fidelity-parameters.js';
import { formatTwimlSection } from './twiml-table.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** The tag at the end of a title about a behaviour of Twilio: the evidence and the id, such as ` [S F042]`. */
const TAG = / \[([STRMU]) (F\d{3,})\]$/;

/** A behaviour and its test. */
interface Row {
  /** Does not change with the title: `F042`, or `F042.3` for the third case of a table of cases. */
  readonly id: string;
  readonly behaviour: string;
  readonly evidence: string;
  /** Path from the root of the repository, with forward slashes. */
  readonly file: string;
}

/** Returns the behaviours in the titles of the tests, without running them. */
export function readBehaviours(): Row[] {
  // Loading only the tagged files takes a third of the time.
  const tagged = ['src/sandbox', 'test']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.test.ts'))
        .map((file) => join(folder, file)),
    )
    .filter((file) => /\[([STRMU]|%s) F\d+\]/.test(readFileSync(join(ROOT, file), 'utf8')));
  const rows = listTests(tagged).flatMap(({ name, file }) => {
    const [, evidence, id] = TAG.exec(name) ?? [];
    const behaviour = name.replace(TAG, '').replaceAll(' > ', ' ');
    if (!evidence || !id) return [];
    return [{ id, behaviour, evidence, file: relative(ROOT, file).replaceAll('\\', '/') }];
  });
  return [...new Set(rows.map(({ id }) => id))].flatMap((id) =>
    numberCases(rows.filter((row) => row.id === id)),
  );
}

/** Numbers the cases of one table by their order, so new cases have to be added at its end. */
function numberCases(rows: readonly Row[]): readonly Row[] {
  const [first] = rows;
  if (!first || rows.length === 1) return rows;
  const strays = rows.filter(({ file }) => file !== first.file);
  if (strays.length > 0) throw new Error(`${first.id} stands in ${first.file} and in ${strays[0]?.file}`);
  return rows.map((row, index) => ({ ...row, id: `${row.id}.${index + 1}` }));
}

function listTests(files: readonly string[]): { name: string; file: string }[] {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  // The environment variables of the outer vitest run would confuse the inner one.
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

Made from the titles of the tests by \`npm run fidelity\`: one row per behaviour, with its id and the evidence that
Twilio behaves so. An id stays the same when a title changes, so notes and captures can refer to it.

| evidence | means |
| --- | --- |
| S | Twilio's own specification or documentation says so |
| T | Twilio's SDKs, or tests that somebody runs against Twilio, rely on it |
| R | a real answer or request of Twilio's that somebody recorded and published; with a date if \`relay-phone conformance\` did ([conformance.md](conformance.md)) |
| M | seen in somebody else's mock or guide only |

For a refusal, S means that the code is the one Twilio documents for that cause; the status 400 is Twilio's general rule,
and its words are pinned only where they were recorded. Every JSON answer in the tests is also checked, field by field,
against Twilio's OpenAPI documents.
`;

const UNKNOWN = `
## Chosen by us, not known of Twilio

Something had to be done here, and nobody has published what Twilio does. Do not rely on it.
`;

/** Returns the dates, by row, on which a kept capture recorded Twilio itself. See docs/conformance.md. */
export function readCapturedRows(captures = readCaptures()): ReadonlyMap<string, string> {
  const newest = newestRecordings(captures);
  return new Map(
    BEHAVIOURS.flatMap(({ id, row }) => {
      const date = newest.get(id)?.date;
      return date === undefined ? [] : [[row, date] as const];
    }),
  );
}

/** Returns the captures that `relay-phone conformance --import` kept, those of one date in the order of their import. */
export function readCaptures(): Capture[] {
  const folder = join(ROOT, CAPTURES);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .toSorted((one, other) => one.length - other.length || (one < other ? -1 : 1))
    .map((file) => readCapture(join(folder, file)));
}

/** Returns the page as Markdown. @param captured see {@link readCapturedRows} */
export function formatPage(titled: readonly Row[], captured: ReadonlyMap<string, string>): string {
  const rows = titled.map((row) => {
    const date = captured.get(row.id);
    return date === undefined ? row : { ...row, evidence: `R ${date}` };
  });
  const known = rows.filter(({ evidence }) => evidence !== 'U');
  const unknown = rows.filter(({ evidence }) => evidence === 'U');
  const nouns = [...new Set(known.map(nounOf))].sort();
  const tables = nouns.map((noun) => {
    const own = known.filter((row) => nounOf(row) === noun);
    return `\n## ${noun}\n\n${formatTable(['id', 'behaviour', 'evidence', 'test'], own)}`;
  });
  const unknownTable = formatTable(['id', 'behaviour', 'test'], unknown);
  return [
    INTRODUCTION,
    ...tables,
    UNKNOWN,
    '\n',
    unknownTable,
    formatParameters(),
    formatTwimlSection(),
  ].join('');
}

/** Returns the part of the sandbox that a test belongs to, or the name of the test file outside the sandbox. */
function nounOf({ file }: Row): string {
  const inside = file.replace(/^(src\/sandbox|test)\//, '').replace(/\.test\.ts$/, '');
  return inside.replace(/\/.*/, '').replaceAll('-', ' ');
}

function formatTable(columns: readonly string[], rows: readonly Row[]): string {
  const lines = rows
    .map(({ id, behaviour, evidence, file }) => ({
      id,
      behaviour: escapeCell(behaviour),
      evidence,
      test: `\`${file}\``,
    }))
    .map((cells) => columns.map((column) => cells[column as keyof typeof cells]));
  const sorted = lines.toSorted((one, other) => (one.at(-1) ?? '').localeCompare(other.at(-1) ?? '', 'en'));
  return [columns, columns.map(() => '---'), ...sorted].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** Escapes the characters that Markdown reads as table borders, HTML or emphasis. */
function escapeCell(text: string): string {
  return text.replace(/[|<>*_`\\[\]]/g, '\\$&').replace(/\s+/g, ' ');
}
