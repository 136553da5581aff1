// Writes a command as a line to paste into a shell.

/** Returns the words as one line; a word with anything unusual stands in single quotes, as POSIX shells read it. */
export function formatCommandLine(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
