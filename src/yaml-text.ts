// Parses untrusted YAML (and JSON) safely: deep nesting is refused, and every scalar stays a text.
import {
  Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml';
import { hasControls, showControls } from './control-characters.js';

/** A position in the text; both count from 1. */
export interface YamlPosition {
  readonly line: number;
  readonly column: number;
}

/** A syntax error. */
export interface YamlFault extends YamlPosition {
  /** An error code of the `yaml` package. */
  readonly code: string;
  /** May quote the text. */
  readonly message: string;
}

/** A parsed text. */
export interface YamlText {
  /** Syntax errors in the order of the text. If there are any, the value is unusable. */
  readonly faults: readonly YamlFault[];
  /** Returns the value; its scalars are texts. @throws Error, which quotes nothing, if aliases do not resolve. */
  read(): unknown;
  /** Returns the position of the value at a path, or of its key; for a missing value, where it should stand. */
  positionOf(path: readonly PropertyKey[], part?: 'key' | 'value'): YamlPosition;
}

/** The deepest nesting of maps and lists, and the widest indentation in characters: more than any real file has. */
const [MAX_DEPTH, MAX_INDENT] = [100, 200];

/**
 * Parses a text. Syntax errors are in the result.
 *
 * @throws Error, which quotes nothing, if it is nested too deeply.
 */
export function parseYaml(source: string): YamlText {
  verifyShallow(source);
  const lineCounter = new LineCounter();
  const options = { schema: 'failsafe', prettyErrors: false, logLevel: 'error', lineCounter } as const;
  const document = guard(() => parseDocument(source, options));
  const positionAt = (offset: number): YamlPosition => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  return {
    faults: document.errors.map(({ code, message, pos }) => ({ ...positionAt(pos[0]), code, message })),
    read: () => guard(() => document.toJS({ maxAliasCount: 20 }) as unknown),
    positionOf: (path, part = 'value') => positionAt(findOffset(document, path, part)),
  };
}

/**
 * Returns maps, lists and texts as YAML that {@link parseYaml} reads; null becomes an empty value. Control characters are
 * written as escapes, so that the YAML can be printed.
 */
export function formatYaml(value: unknown): string {
  const document = new Document(value);
  // Only a double-quoted scalar can have escapes.
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && node.value.split('\n').some(hasControls))
        node.type = 'QUOTE_DOUBLE';
    },
  });
  const options = { lineWidth: 0, nullStr: '', doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER };
  return document.toString(options).split('\n').map(showControls).join('\n');
}

/** Endless nesting would exhaust the stack inside the library, where Node.js can only abort. */
function verifyShallow(source: string): void {
  const isFar = source.split(/[\r\n]/).some((line) => line.search(/[^-?:\s]|$/) > MAX_INDENT);
  if (isFar || isDeep(source)) throw new Error('it is nested too deeply');
}

function isDeep(source: string): boolean {
  let depth = 0;
  // Only the lexer knows which brackets are inside a scalar; it does not recurse.
  for (const token of new Lexer().lex(source)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/** Hides the library's error messages, which may quote the text. */
function guard<Value>(read: () => Value): Value {
  try {
    return read();
  } catch {
    throw new Error('it does not resolve');
  }
}

function findOffset(document: Document, path: readonly PropertyKey[], part: 'key' | 'value'): number {
  let [node, offset]: [unknown, number] = [document.contents, 0];
  for (const [index, segment] of path.entries()) {
    const next = childOf(node, segment);
    if (next === undefined) break;
    if (part === 'key' && index === path.length - 1 && isPair(next)) return startOf(next.key) ?? offset;
    offset = startOf(isPair(next) ? next.key : next) ?? offset;
    node = isPair(next) ? next.value : next;
  }
  return startOf(node) ?? offset;
}

function childOf(node: unknown, segment: PropertyKey): unknown {
  if (isMap(node)) return node.items.find(({ key }) => isScalar(key) && key.value === segment);
  return isSeq(node) && typeof segment === 'number' ? node.items[segment] : undefined;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
