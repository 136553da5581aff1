// The first line of a file we write, by which we know later that it is ours and that nobody has changed it.
import { createHash } from 'node:crypto';

const STAMP = /^# Written by (.+)\. Checksum of the rest: ([0-9a-f]{16})\r?\n/;

/** Puts the stamp before a text. @param by who wrote it, in words without a line end */
export function stamp(text: string, by: string): string {
  return `# Written by ${by}. Checksum of the rest: ${digest(text)}\n${text}`;
}

/** Who wrote a text; undefined for one without a stamp, or that was changed since. Line ends do not count. */
export function findStamp(text: string): string | undefined {
  const [line = '', by, found] = STAMP.exec(text) ?? [];
  return found === digest(text.slice(line.length)) ? by : undefined;
}

/** Git may write the lines of a checkout with the ends that Windows knows. */
function digest(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex').slice(0, 16);
}
