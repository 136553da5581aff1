// Splits XML or HTML into tags, comments, CDATA sections and texts, in linear time whatever the text is.

/** A part of a document. All parts, joined, are the document again. */
export interface MarkupToken {
  readonly kind: 'tag' | 'comment' | 'cdata' | 'text';
  /** The part as it stands, with its delimiters. */
  readonly raw: string;
}

const SECTIONS = [
  { kind: 'comment', start: '<!--', end: '-->' },
  { kind: 'cdata', start: '<![CDATA[', end: ']]>' },
  { kind: 'tag', start: '<', end: '>' },
] as const;

/** Splits a document. A `<` that nothing closes is text, with all that follows it. */
export function splitMarkup(document: string): MarkupToken[] {
  const tokens: MarkupToken[] = [];
  const find = createFinder(document);
  for (let at = 0; at < document.length; ) {
    const section = SECTIONS.find(
      ({ start, end }) => document.startsWith(start, at) && find(end, at + start.length) !== -1,
    );
    const next = document.indexOf('<', at + 1);
    const textEnd = next === -1 || document[at] === '<' ? document.length : next;
    const end = section ? find(section.end, at + section.start.length) + section.end.length : textEnd;
    tokens.push({ kind: section?.kind ?? 'text', raw: document.slice(at, end) });
    at = end;
  }
  return tokens;
}

/** Remembers the last position of each delimiter, so that no part is searched twice for one that is not there. */
function createFinder(document: string): (delimiter: string, from: number) => number {
  const last = new Map<string, number>();
  return (delimiter, from) => {
    let end = last.get(delimiter);
    if (end === undefined) {
      end = document.lastIndexOf(delimiter);
      last.set(delimiter, end);
    }
    return from > end ? -1 : document.indexOf(delimiter, from);
  };
}

/** Returns the name of a start or end tag; undefined for other tokens. */
export function findTagName({ kind, raw }: MarkupToken): string | undefined {
  return kind === 'tag' ? /^<\/?([^\s<>/!?]+)/.exec(raw)?.[1] : undefined;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Returns the text of tokens, without tags and comments, trimmed. Unknown entities stay as they are. */
export function readMarkupText(tokens: readonly MarkupToken[]): string {
  return tokens
    .map(({ kind, raw }) => {
      if (kind === 'cdata') return raw.slice('<![CDATA['.length, -']]>'.length);
      return kind === 'text' ? decodeEntities(raw) : '';
    })
    .join('')
    .trim();
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(x?)([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (whole, hex, code, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const point = Number.parseInt(code, hex ? 16 : 10);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
