// Pretty-prints TwiML.
import { splitMarkup } from '../markup.js';

/** Deeper elements are indented no further: the output would grow with the square of the depth. */
const MAX_INDENTED_DEPTH = 40;

/** Formats XML with one element per line, indented. Text that is not XML is returned unchanged. */
export function formatTwiml(xml: string): string {
  const lines: string[] = [];
  let depth = 0;
  const tokens = splitMarkup(xml).filter(({ raw }) => raw.trim() !== '');
  for (let at = 0; at < tokens.length; at += 1) {
    const [token = '', text = '', end = ''] = tokens.slice(at, at + 3).map(({ raw }) => raw.trim());
    const isEnd = token.startsWith('</');
    const isStart = /^<[^/!?]/.test(token) && token.endsWith('>') && !token.endsWith('/>');
    if (isEnd) depth = Math.max(0, depth - 1);
    // An element with text only stays on one line.
    const isShort = isStart && !text.startsWith('<') && end.startsWith('</');
    const indent = '  '.repeat(Math.min(depth, MAX_INDENTED_DEPTH));
    lines.push(`${indent}${isShort ? `${token}${text}${end}` : token}`);
    if (isShort) at += 2;
    else if (isStart) depth += 1;
  }
  return lines.join('\n');
}
