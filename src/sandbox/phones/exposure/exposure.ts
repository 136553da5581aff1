// When and how a phone was shown a number.

/** One time that a phone was shown a number. */
export interface NumberExposure {
  /** The phone that saw it, in E.164. */
  readonly phone: string;
  /** Where the number stood: as whose text or call it came, in what a text said or showed, or in what was heard in a call. */
  readonly how: 'sender' | 'body' | 'media' | 'caller id' | 'heard';
  /** The number as it was written there. */
  readonly written: string;
  /** The message or call that showed it. */
  readonly sid: string;
  /** ISO 8601. */
  readonly at: string;
  /** What was written around it. */
  readonly excerpt: string;
}

/** How many characters are shown on each side of a number. */
const MARGIN = 30;

/** What stands at a place of a text, and around it. */
export function excerpt(text: string, index: number, length: number): string {
  // By whole characters: half of one would be no text.
  const [before, after] = [[...text.slice(0, index)], [...text.slice(index + length)]];
  const [start, end] = [before.slice(-MARGIN).join(''), after.slice(0, MARGIN).join('')];
  const part = start + text.slice(index, index + length) + end;
  return `${before.length > MARGIN ? '…' : ''}${part}${after.length > MARGIN ? '…' : ''}`;
}
