// Pretty-prints TwiML.

const TOKENS = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<[^>]*>|[^<]+/g;

/** Formats XML with one element per line, indented. Text that is not XML is returned unchanged. */
export function formatTwiml(xml: string): string {
  const lines: string[] = [];
  let depth = 0;
  const tokens = (xml.match(TOKENS) ?? []).filter((token) => token.trim() !== '');
  for (let at = 0; at < tokens.length; at += 1) {
    const [token = '', text = '', end = ''] = tokens.slice(at, at + 3).map((one) => one.trim());
    const isEnd = token.startsWith('</');
    const isStart = /^<[^/!?]/.test(token) && !token.endsWith('/>');
    if (isEnd) depth = Math.max(0, depth - 1);
    // An element with text only stays on one line.
    const isShort = isStart && !text.startsWith('<') && end.startsWith('</');
    lines.push(`${'  '.repeat(depth)}${isShort ? `${token}${text}${end}` : token}`);
    if (isShort) at += 2;
    else if (isStart) depth += 1;
  }
  return lines.join('\n');
}
