// Parses YAML, and so JSON, that anybody may have written: nothing in it exhausts the stack, and every scalar stays text.
import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  stringify,
} from 'yaml';

/** Where something stands, both from 1 on. */
export interface YamlPosition {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a text as YAML. */
export interface YamlFault extends YamlPosition {
  /** One of the `yaml` package's. */
  readonly code: string;
  /** May quote the text. */
  readonly message: string;
}

/** A text that was parsed. */
export interface YamlText {
  /** In the order of the text. With one there is no use in the value. */
  readonly faults: readonly YamlFault[];
  /** The whole, with texts as its only scalars. @throws Error, which quotes nothing, when it does not resolve. */
  read(): unknown;
  /** Where the value at a path stands, or the key before it; what is not there stands where it should be. */
  placeOf(path: readonly PropertyKey[], part?: 'key' | 'value'): YamlPosition;
}

/** Maps and lists in one another, and characters before the first word of a line: more than any real file has. */
const [DEEPEST, FARTHEST] = [100, 200];

/**
 * Parses a text.
 *
 * @throws Error, which quotes nothing, when it is nested too deeply.
 */
export function parseYaml(source: string): YamlText {
  verifyShallow(source);
  const lineCounter = new LineCounter();
  const options = { schema: 'failsafe', prettyErrors: false, logLevel: 'error', lineCounter } as const;
  const document = guard(() => parseDocument(source, options));
  const placeAt = (offset: number): YamlPosition => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  return {
    faults: document.errors.map(({ code, message, pos }) => ({ ...placeAt(pos[0]), code, message })),
    read: () => guard(() => document.toJS({ maxAliasCount: 20 }) as unknown),
    placeOf: (path, part = 'value') => placeAt(findOffset(document, path, part)),
  };
}

/** Writes maps, lists and texts as YAML that {@link parseYaml} reads, and null as nothing. */
export function formatYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, nullStr: '' });
}

/** Nesting without end would exhaust the stack in a place where Node.js cannot but abort. */
function verifyShallow(source: string): void {
  const isFar = source.split(/[\r\n]/).some((line) => line.search(/[^-?:\s]|$/) > FARTHEST);
  if (isFar || isDeep(source)) throw new Error('it is nested too deeply');
}

function isDeep(source: string): boolean {
  let depth = 0;
  // Only the lexer knows which brackets stand in a text; it does not nest itself.
  for (const token of new Lexer().lex(source)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth > DEEPEST) return true;
  }
  return false;
}

/** What a library says of a text may quote it. */
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
