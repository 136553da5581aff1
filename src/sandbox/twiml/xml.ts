// Parses XML as strictly as Twilio does: elements, attributes, text, CDATA, comments and entities, but no DTD.

/** An element. Its name includes the prefix. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Elements and texts in their order. */
  readonly children: readonly (XmlElement | string)[];
}

/** Thrown for a document that cannot be parsed. */
export class XmlProblem extends Error {
  override readonly name = 'XmlProblem';

  /** @param where the part of the document that is wrong */
  constructor(
    message: string,
    readonly where: 'declaration' | 'document',
  ) {
    super(message);
  }
}

const NAME = String.raw`[\p{L}_:][\p{L}\p{N}\p{M}_:.·-]*`;
const ATTRIBUTE = String.raw`\s+(${NAME})\s*=\s*(?:"([^<"]*)"|'([^<']*)')`;

const DECLARATION =
  /^<\?xml\s+version\s*=\s*(?:"1\.[0-9]+"|'1\.[0-9]+')(?:\s+encoding\s*=\s*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>/;
const COMMENT = /<!--(?:(?!--)[\s\S])*-->/y;
const INSTRUCTION = /<\?(?!xml[\s?])[\s\S]*?\?>/iy;
const CDATA = /<!\[CDATA\[([\s\S]*?)\]\]>/y;
const START = new RegExp(`<(${NAME})((?:${ATTRIBUTE})*)\\s*(/?)>`, 'uy');
const END = new RegExp(`</(${NAME})\\s*>`, 'uy');
const TEXT = /[^<]+/y;
const ATTRIBUTES = new RegExp(ATTRIBUTE, 'guy');

/** Deeper than any TwiML, and safe for recursive functions. */
const MAX_DEPTH = 100;

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: (XmlElement | string)[];
}

/**
 * Parses a document and returns its root element. Adjacent texts are joined.
 *
 * @throws XmlProblem if the document is not well-formed or has a document type.
 */
export function parseXml(document: string): XmlElement {
  const text = document.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  verifyCharacters(text);
  const top: Open = { name: '', attributes: new Map(), children: [] };
  const open: Open[] = [top];
  let at = skipDeclaration(text);

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
      const element: Open = {
        name: start[1] ?? '',
        attributes: readAttributes(start[2] ?? ''),
        children: [],
      };
      here.children.push(element);
      if (start.at(-1) === '') open.push(element);
      if (open.length > MAX_DEPTH) throw malformed('it is nested too deeply');
      return true;
    }
    const end = take(END);
    if (!end) return false;
    if (open.length === 1 || end[1] !== here.name) throw malformed(`</${end[1]}> closes no element`);
    open.pop();
    return true;
  }

  while (at < text.length) {
    const here = open.at(-1) ?? top;
    const characters = take(CDATA);
    if (characters) addText(here, characters[1] ?? '', open.length === 1);
    else if (take(COMMENT) || take(INSTRUCTION) || takeTag(here)) continue;
    else addText(here, readText(take(TEXT)?.[0], text, at), open.length === 1);
  }
  if (open.length > 1) throw malformed(`<${open.at(-1)?.name}> is not closed`);
  return verifyRoot(top);
}

function skipDeclaration(text: string): number {
  if (!/^\s*<\?xml[\s?]/i.test(text)) return 0;
  const declaration = DECLARATION.exec(text);
  if (declaration) return declaration[0].length;
  throw new XmlProblem('the XML declaration is invalid, or not at the start', 'declaration');
}

function readText(characters: string | undefined, text: string, at: number): string {
  if (characters === undefined) throw malformed(`'${text.slice(at, at + 20)}' cannot be parsed`);
  if (characters.includes(']]>')) throw malformed("']]>' in a text");
  return decode(characters);
}

function addText({ children }: Open, text: string, isOutside: boolean): void {
  if (isOutside && text.trim() !== '') throw malformed('text outside of the root element');
  const last = children.at(-1);
  if (typeof last === 'string') children.splice(-1, 1, last + text);
  else if (text !== '' && !isOutside) children.push(text);
}

function readAttributes(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single] of text.matchAll(ATTRIBUTES)) {
    if (attributes.has(name)) throw malformed(`the attribute ${name} is repeated`);
    attributes.set(name, decode((double ?? single ?? '').replace(/[\t\n]/g, ' ')));
  }
  return attributes;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(?:([a-z]+)|#(\d{1,7})|#x([\da-fA-F]{1,6}));|&/g, (whole, name, decimal, hex) => {
    if (name !== undefined && Object.hasOwn(ENTITIES, name)) return ENTITIES[name] ?? '';
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    if (!(code <= 0x10ffff)) throw malformed(`'${whole}' is not an entity`);
    const character = String.fromCodePoint(code);
    verifyCharacters(character);
    return character;
  });
}

/** Refuses what XML forbids: control characters other than tab and line ends, and lone surrogates. */
function verifyCharacters(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for control characters
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/u.test(text)) {
    throw malformed('it has a character that XML forbids');
  }
}

function verifyRoot({ children }: Open): XmlElement {
  const [root, ...others] = children.filter((child) => typeof child !== 'string');
  if (!root) throw malformed('it has no element');
  if (others.length > 0) throw malformed('it has more than one root element');
  return root;
}

function malformed(message: string): XmlProblem {
  return new XmlProblem(message, 'document');
}
