// Makes the characters visible that would control a terminal, reorder a line, or give a command to a CI system.

/** C0, DEL and C1; line and paragraph separators; bidirectional controls. The joiners inside emoji are none of these. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;
/** The commands that CI systems read anywhere in a log line: `##[error]`, `##vso[…]`, `##teamcity[…]`. */
const LOG_COMMAND = /##(?=[\w.-]*\[)/g;
/** The commands that GitHub Actions reads at the start of a log line: `::error::…`. */
const WORKFLOW_COMMAND = /^(\s*):(?=:)/;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Returns a text as one line that is safe to print: each control character becomes its JavaScript escape (`\n`, `\x1b`,
 * `\u202e`), and so does the first character of a command to a CI system. Colours are added afterwards. Applying it twice
 * changes nothing.
 */
export function showControls(text: string): string {
  return escapeControls(text).replace(LOG_COMMAND, '\\x23#').replace(WORKFLOW_COMMAND, '$1\\x3a');
}

function escapeControls(text: string): string {
  return text.replace(CONTROL, (control) => SHORT[control] ?? escapeCode(control));
}

/**
 * Returns a part of a line with its control characters visible and at most `length` UTF-16 units. A longer text ends in
 * `…`, never inside an escape or an emoji.
 */
export function shorten(text: string, length: number): string {
  const whole = text.length > length ? undefined : escapeControls(text);
  if (whole !== undefined && whole.length <= length) return whole;
  let shown = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const next = escapeControls(segment);
    if (shown.length + next.length >= length) break;
    shown += next;
  }
  return `${shown}…`;
}

/** Returns the lines of a text, for a block in which each line is printed behind a mark of ours. Empty for an empty text. */
export function readLines(text: string): string[] {
  return text === '' ? [] : text.trimEnd().split(/\r?\n/);
}

/**
 * Formats a value as JSON for a terminal or a CI log: control characters, and commands that CI systems read from logs, are
 * written as `\uXXXX`. `JSON.parse` returns the same value.
 */
export function formatSafeJson(value: unknown, indent?: number): string {
  // JSON.stringify has escaped C0, and the line ends that are left are those of the indentation.
  return JSON.stringify(value, undefined, indent)
    .replace(CONTROL, (control) => (control === '\n' ? control : escapeUnit(control)))
    .replace(LOG_COMMAND, `${escapeUnit('#')}#`);
}

/** True if a text has something that {@link showControls} replaces. */
export function hasControls(text: string): boolean {
  return showControls(text) !== text;
}

/** The escape that JavaScript, and double-quoted YAML, read as this character. */
function escapeCode(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : escapeUnit(character);
}

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
