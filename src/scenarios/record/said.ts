// Reads off a recorded TwiML document what a story can expect of it.

/** What a document says is to be done. */
export interface Said {
  /** Texts to whoever texted. */
  readonly texts: readonly string[];
  readonly words: readonly string[];
  /** Whom to call. */
  readonly callees: readonly string[];
}

const ELEMENT = /<(Message|Sms|Say|Number|Dial)\b([^>]*)>([\s\S]*?)<\/\1\s*>/g;

/** All that is said in it; nothing in what is no TwiML. */
export function readSaid(twiml: string): Said {
  const texts: string[] = [];
  const words: string[] = [];
  const callees: string[] = [];
  for (const [, name, attributes = '', inner = ''] of twiml.matchAll(ELEMENT)) {
    if (name === 'Say') words.push(readWords(inner));
    else if (name === 'Number') callees.push(readWords(inner));
    else if (name === 'Dial') callees.push(...readDial(inner));
    // One with a receiver of its own goes to somebody who is not in the conversation.
    else if (!/\bto\s*=/.test(attributes)) texts.push(readMessage(inner));
  }
  return { texts, words, callees: callees.filter(Boolean) };
}

function readDial(inner: string): string[] {
  const named = [...inner.matchAll(/<Number\b[^>]*>([\s\S]*?)<\/Number\s*>/g)];
  return named.length > 0 ? named.map(([, number = '']) => readWords(number)) : [readWords(inner)];
}

function readMessage(inner: string): string {
  const body = /<Body\b[^>]*>([\s\S]*?)<\/Body\s*>/.exec(inner)?.[1];
  return readWords(body ?? inner.replace(/<Media\b[\s\S]*?<\/Media\s*>/g, ''));
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function readWords(xml: string): string {
  return xml
    .replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_, text: string) => text.replaceAll('&', '&amp;'))
    .replace(/<[^>]*>/g, '')
    .replace(/&#(x?)([0-9a-f]{1,6});/gi, (whole, hex: string, code: string) => {
      const point = Number.parseInt(code, hex ? 16 : 10);
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    })
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name] ?? '')
    .trim();
}
