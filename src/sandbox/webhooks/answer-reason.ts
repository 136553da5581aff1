// Finds why an app refused a webhook, in the app's own words: in a JSON, XML, HTML or plain text answer.

/** The longest reason, in characters. */
const MAX_LENGTH = 200;

/** How much of a body is searched: an error page has its heading at the top. */
const MAX_SEARCHED = 16 * 1024;

/** The fields of JSON errors that say what is wrong, the plainest first. */
const FIELDS = ['title', 'detail', 'message', 'error_description', 'error', 'reason', 'errors'];

/**
 * Returns the reason in one line; null if the body has no text. JSON and XML: the title or message of the error. An HTML
 * page: its exception, or the first title, heading or paragraph that says more than the status. Else the first line.
 */
export function findAnswerReason(body: string): string | null {
  const text = body.slice(0, MAX_SEARCHED).trim();
  const reason = findInJson(text) ?? findInMarkup(text) ?? text;
  const line = reason
    .split(/\r?\n/)
    .map((one) => one.trim())
    .find((one) => one !== '');
  if (line === undefined) return null;
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line;
}

function findInJson(text: string): string | undefined {
  if (!/^[{["]/.test(text)) return undefined;
  try {
    return readJson(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function readJson(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return readJson(value[0]);
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const name of FIELDS) {
    const found = readJson(fields[name]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Django's exception says most about an error in markup. */
const EXCEPTION = /<pre class="exception_value">([^<]+)</i;
/** Then any title, heading, preformatted text or paragraph. */
const ELEMENT = /<(?:title|message|detail|pre|h1|p)>([^<]+)</gi;
/** The status in words, and the title of every page for Rails' exceptions. */
const SAYS_NO_MORE =
  /^(?:\d{3}\b.*|(?:bad request|unauthorized|forbidden|not found|method not allowed|page expired|(?:internal )?server error|error)(?: \(\d{3}\))?|.*exception caught)$/i;

function findInMarkup(text: string): string | undefined {
  if (!text.startsWith('<')) return undefined;
  const title = /<title>([^<]+)</i.exec(text)?.[1] ?? '';
  // Django's title has the kind of the exception, and its page the message.
  const [kind = ''] = /^\w*(?:Error|Exception|DoesNotExist)\b/.exec(title.trim()) ?? [];
  const value = EXCEPTION.exec(text)?.[1];
  if (value !== undefined) return decodeEntities(kind === '' ? value : `${kind}: ${value.trim()}`);
  const found = [...text.matchAll(ELEMENT)].map(([, words = '']) => words.trim());
  const telling = found.find((words) => words !== '' && !SAYS_NO_MORE.test(words)) ?? found[0];
  return decodeEntities(telling ?? text.replace(/<[^<>]*>/g, ' '));
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#x27': "'",
  '#39': "'",
  amp: '&',
};

function decodeEntities(text: string): string {
  return text.replace(/&(#?\w{1,4});/g, (whole, name: string) => ENTITIES[name.toLowerCase()] ?? whole);
}
