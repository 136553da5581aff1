// Parses XML as strictly as Twilio does: elements, attributes, text, CDATA, comments and entities, but no DTD.

import type { TextPosition } from '../platform/sandbox-alert.js';

/** An element. Its name includes the prefix. */
export interface XmlElement {
  readonly name: string;
  /** Where its start tag begins. */
  readonly position: TextPosition;
  readonly attributes: ReadonlyMap<string, string>;
  /** Elements and texts in their order. */
  readonly children: readonly (XmlElement | string)[];
}

/** Thrown for a document that cannot be parsed. */
export class XmlProblem extends Error {
  override readonly name = 'XmlProblem';

  /** @param kind `version`: the declaration names another version of XML than 1.0 */
  constructor(
    message: string,
    readonly position: TextPosition,
    readonly kind: 'version' | 'malformed' = 'malformed',
  ) {
    super(message);
  }
}

/** Thrown inside: the place is an offset in the document, or relative to the token that is read. */
class Fault extends Error {
  constructor(
    message: string,
    readonly offset = 0,
  ) {
    super(message);
  }
}

const NAME = String.raw`[\p{L}_:][\p{L}\p{N}\p{M}_:.·-]*`;
/** White space of XML, line ends normalized. Patterns with `\s` would allow other spaces, such as a no-break space. */
const SPACE = '[ \t\n]';
const ATTRIBUTE = `${SPACE}+(${NAME})${SPACE}*=${SPACE}*(?:"([^<"]*)"|'([^<']*)')`;

const DECLARATION =
  /^<\?xml\s+version\s*=\s*(?:"([\w.:-]+)"|'([\w.:-]+)')(?:\s+encoding\s*=\s*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>/;
const COMMENT = /<!--(?:(?!--)[\s\S])*-->/y;
const INSTRUCTION = /<\?(?!xml[\s?])[\s\S]*?\?>/iy;
const CDATA = /<!\[CDATA\[([\s\S]*?)\]\]>/y;
const START = new RegExp(`<(${NAME})((?:${ATTRIBUTE})*)${SPACE}*(/?)>`, 'uy');
const END = new RegExp(`</(${NAME})${SPACE}*>`, 'uy');
const TEXT = /[^<]+/y;
const ATTRIBUTES = new RegExp(ATTRIBUTE, 'guy');

/** Deeper than any TwiML, and safe for recursive functions. */
const MAX_DEPTH = 100;

interface Open {
  readonly name: string;
  readonly position: TextPosition;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: (XmlElement | string)[];
}

/**
 * Parses a document and returns its root element. Adjacent texts are joined.
 *
 * @throws XmlProblem if the document is not well-formed or has a document type.
 */
export function parseXml(document: string): XmlElement {
  const text = document.replace(/\r\n?/g, '\n');
  const locate = createLocator(text);
  const top: Open = { name: '', position: { line: 1, column: 1 }, attributes: new Map(), children: [] };
  const open: Open[] = [top];
  let at = 0;
  /** Where the token begins that is being read. */
  let token = 0;

  /** Matches a sticky pattern at the current position, and moves behind the match. */
  function take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = at;
    const match = pattern.exec(text) ?? undefined;
    at += match?.[0].length ?? 0;
    return match;
  }

  /** Returns false if there is no tag at the current position. */
  function takeTag(here: Open): boolean {
    const start = take(START);
    if (start) {
      const [, name = '', attributes = ''] = start;
      const element: Open = {
        name,
        position: locate(token),
        attributes: readAttributes(attributes, 1 + name.length),
        children: [],
      };
      here.children.push(element);
      if (start.at(-1) === '') open.push(element);
      if (open.length > MAX_DEPTH) throw new Fault('it is nested too deeply');
      return true;
    }
    const end = take(END);
    if (!end) return false;
    if (open.length === 1) throw new Fault(`</${end[1]}> closes no element`);
    if (end[1] !== here.name) throw new Fault(`</${end[1]}> does not close ${describe(here)}`);
    open.pop();
    return true;
  }

  function read(): XmlElement {
    verifyCharacters(text);
    at = skipDeclaration(text);
    while (at < text.length) {
      token = at;
      const here = open.at(-1) ?? top;
      const characters = take(CDATA);
      if (characters) addText(here, characters[1] ?? '', open.length === 1);
      else if (take(COMMENT) || take(INSTRUCTION) || takeTag(here)) continue;
      else addText(here, readText(take(TEXT)?.[0], text, at), open.length === 1);
    }
    token = text.length;
    const last = open.at(-1) ?? top;
    if (last !== top) throw new Fault(`${describe(last)} is not closed`);
    return verifyRoot(top);
  }

  try {
    return read();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const kind = error instanceof VersionFault ? 'version' : 'malformed';
    throw new XmlProblem(error.message, locate(token + error.offset), kind);
  }
}

/** Returns the function that turns an offset into a place. Offsets that grow cost no second look at the text. */
function createLocator(text: string): (offset: number) => TextPosition {
  let [line, lineStart] = [1, 0];
  return (offset) => {
    if (offset < lineStart) [line, lineStart] = [1, 0];
    for (let end = text.indexOf('\n', lineStart); end !== -1 && end < offset; ) {
      line += 1;
      lineStart = end + 1;
      end = text.indexOf('\n', lineStart);
    }
    return { line, column: offset - lineStart + 1 };
  };
}

function describe({ name, position }: Open): string {
  return `<${name}> of line ${position.line}`;
}

/** Thrown for a declaration of another version than 1.0. */
class VersionFault extends Fault {}

function skipDeclaration(text: string): number {
  const [, space] = /^(\s*)<\?xml[\s?]/i.exec(text) ?? [];
  if (space === undefined) return 0;
  if (space !== '') throw new Fault('there is space before the XML declaration', space.length);
  const declaration = DECLARATION.exec(text);
  if (!declaration) throw new Fault('the XML declaration is invalid');
  const version = declaration[1] ?? declaration[2];
  if (version !== '1.0') throw new VersionFault(`the XML declaration has version ${version}, not 1.0`);
  return declaration[0].length;
}

function readText(characters: string | undefined, text: string, at: number): string {
  if (characters === undefined) throw new Fault(`'${text.slice(at, at + 20)}' cannot be parsed`);
  const end = characters.indexOf(']]>');
  if (end !== -1) throw new Fault("']]>' in a text", end);
  return decode(characters);
}

function addText({ children }: Open, text: string, isOutside: boolean): void {
  const offset = isOutside ? text.search(/[^ \t\n]/) : -1;
  if (offset !== -1) throw new Fault('text outside of the root element', offset);
  const last = children.at(-1);
  if (typeof last === 'string') children.splice(-1, 1, last + text);
  else if (text !== '' && !isOutside) children.push(text);
}

/** @param offset where the attributes begin in their tag */
function readAttributes(text: string, offset: number): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const match of text.matchAll(ATTRIBUTES)) {
    const [whole, name = '', double, single] = match;
    const value = double ?? single ?? '';
    const end = offset + match.index + whole.length;
    if (attributes.has(name)) throw new Fault(`the attribute ${name} is repeated`, offset + match.index + 1);
    attributes.set(name, decode(value.replace(/[\t\n]/g, ' '), end - 1 - value.length));
  }
  return attributes;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** @param offset where the text begins in its token */
function decode(text: string, offset = 0): string {
  return text.replace(
    /&(?:([a-z]+)|#(\d{1,7})|#x([\da-fA-F]{1,6}));|&/g,
    (whole, name, decimal, hex, index: number) => {
      if (name !== undefined && Object.hasOwn(ENTITIES, name)) return ENTITIES[name] ?? '';
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      if (!(code <= 0x10ffff)) throw new Fault(`'${whole}' is not an entity`, offset + index);
      const character = String.fromCodePoint(code);
      verifyCharacters(character, offset + index);
      return character;
    },
  );
}

/** Refuses what XML forbids: control characters other than tab and line ends, and lone surrogates. */
function verifyCharacters(text: string, offset = 0): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for control characters
  const found = text.search(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/u);
  if (found !== -1) throw new Fault('it has a character that XML forbids', offset + found);
}

function verifyRoot({ children }: Open): XmlElement {
  const [root, ...others] = children.filter((child) => typeof child !== 'string');
  if (!root) throw new Fault('it has no element');
  if (others.length > 0) throw new Fault('it has more than one root element');
  return root;
}
