// Finds every regular expression of the source, by its syntax tree, and asks recheck whether each takes linear time.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { check } from 'recheck';
import ts from 'typescript';

/** A regular expression in the source. */
export interface FoundExpression {
  /** `src/x.ts:12` */
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

/** What {@link findExpressions} found. */
interface FoundExpressions {
  readonly expressions: readonly FoundExpression[];
  /** The calls of `RegExp` whose pattern is not known before they run, as `file: code`. */
  readonly computed: readonly string[];
}

/** Finds the regular expressions in folders: literals, and calls of `RegExp` with constants of the same file. */
export function findExpressions(folders: readonly string[]): FoundExpressions {
  const expressions: FoundExpression[] = [];
  const computed: string[] = [];
  for (const file of folders.flatMap(listFiles)) {
    const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    const name = file.replaceAll('\\', '/');
    const add = (node: ts.Node, source: string, flags: string) => {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
      expressions.push({ place: `${name}:${line + 1}`, source, flags });
    };
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        add(node, node.text.slice(1, end), node.text.slice(end + 1));
      } else if (isRegExpCall(node)) {
        const [source, flags = ''] = (node.arguments ?? []).map((argument) => evaluate(argument, tree));
        if (source === undefined || flags === undefined) computed.push(`${name}: ${node.getText()}`);
        else add(node, source, flags);
      }
      ts.forEachChild(node, visit);
    };
    visit(tree);
  }
  return { expressions, computed: computed.sort() };
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|js)$/.test(name) && !/\.(test|d)\.ts$/.test(name))
    .map((name) => join(folder, name));
}

function isRegExpCall(node: ts.Node): node is ts.NewExpression | ts.CallExpression {
  return (ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp';
}

/** Returns the value of a string that only consists of literals and constants of its file; undefined for others. */
function evaluate(node: ts.Expression, tree: ts.SourceFile): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) return evaluateTemplate(node, tree, ({ text }) => text);
  if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'String.raw') {
    const { template } = node;
    return ts.isTemplateExpression(template)
      ? evaluateTemplate(template, tree, ({ rawText }) => rawText)
      : template.rawText;
  }
  return ts.isIdentifier(node) ? evaluateConstant(node.text, tree) : undefined;
}

function evaluateTemplate(
  { head, templateSpans }: ts.TemplateExpression,
  tree: ts.SourceFile,
  read: (part: ts.TemplateLiteralLikeNode) => string | undefined,
): string | undefined {
  const parts = templateSpans.flatMap(({ expression, literal }) => [
    evaluate(expression, tree),
    read(literal),
  ]);
  const all = [read(head), ...parts];
  return all.includes(undefined) ? undefined : all.join('');
}

function evaluateConstant(name: string, tree: ts.SourceFile): string | undefined {
  const declarations = tree.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations);
  const found = declarations.find((one) => one.name.getText() === name);
  return found?.initializer && evaluate(found.initializer, tree);
}

/** Where results are kept: the check of all takes a minute. */
const CACHE = 'node_modules/.cache/relay-phone/regular-expressions.json';

/** Returns the expressions that recheck does not find linear, each with its place, its complexity and a text that is slow. */
export async function listSlowExpressions(expressions: readonly FoundExpression[]): Promise<string[]> {
  const checkOne = await loadRecheck();
  const results = readCache();
  const slow: string[] = [];
  for (const { place, source, flags } of expressions) {
    const key = createHash('sha256').update(`${flags}/${source}`).digest('hex').slice(0, 32);
    // In between, so that the test runner hears of this process.
    await nextTurn();
    results[key] ??= await checkTwice(checkOne, source, flags);
    if (results[key] !== LINEAR) slow.push(`${place} /${source}/${flags}: ${results[key]}`);
  }
  mkdirSync(dirname(CACHE), { recursive: true });
  writeFileSync(CACHE, JSON.stringify(results));
  return slow;
}

const LINEAR = 'linear';

/**
 * Some expressions can only be checked with random texts. The same seed tries the same texts on every run. A busy machine
 * makes a text look slow now and then, so an expression counts as slow only if two seeds find it slow.
 */
async function checkTwice(checkOne: typeof check, source: string, flags: string): Promise<string> {
  const first = describe(await checkOne(source, flags, { timeout: null, randomSeed: 1 }));
  if (first === LINEAR) return LINEAR;
  return describe(await checkOne(source, flags, { timeout: null, randomSeed: 2 }));
}

function describe(found: Awaited<ReturnType<typeof check>>): string {
  if (found.status === 'safe') return LINEAR;
  if (found.status === 'unknown') return `not known (${found.error.kind})`;
  return `${found.complexity.summary}, as with ${found.attack.pattern}`;
}

/** The version in JavaScript works on every machine, and is as fast as the others. */
async function loadRecheck(): Promise<typeof check> {
  process.env.RECHECK_BACKEND = 'pure';
  return (await import('recheck')).check;
}

function readCache(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(CACHE, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}
