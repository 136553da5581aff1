// Writes a command as a line to paste into a shell.

/** What no shell reads as anything else. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * Returns the words as one line. A word with anything unusual stands in quotes: single ones, as POSIX shells read it; on
 * Windows double ones, which cmd.exe and PowerShell both read.
 *
 * @param platform as `process.platform`, which is the default
 */
export function formatCommandLine(
  words: readonly string[],
  platform: NodeJS.Platform = process.platform,
): string {
  return words.map((word) => (PLAIN.test(word) ? word : quoteWord(word, platform))).join(' ');
}

function quoteWord(word: string, platform: NodeJS.Platform): string {
  return platform === 'win32' ? `"${word.replaceAll('"', '\\"')}"` : `'${word.replaceAll("'", "'\\''")}'`;
}
