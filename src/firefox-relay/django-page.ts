// Boils a page that Django shows when something fails down to the exception and the line that raised it.

/** What a page says. */
export interface DjangoPage {
  /** The exception, where it came up, and its message; of another page its title. Not tidied. */
  readonly words: string;
  /** The line that raised it, and the last one of the app's own on the way there; undefined when it is not told. */
  readonly line: string | undefined;
}

/** One frame of a traceback. */
interface Frame {
  readonly path: string;
  readonly line: string;
}

/** How much of a page is looked through for words, characters; the exception stands behind some ten thousand of styles. */
const LONGEST = 40_000;
const ENTITIES: Readonly<Record<string, string>> = {
  '&#x27;': "'",
  '&#39;': "'",
  '&quot;': '"',
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
};
/** A path of a package or of Python's own library, up to where its name begins. */
const LIBRARY = /^.*[\\/](?:(?:site|dist)-packages|lib(?:64)?[\\/]python3[^\\/]*|Python3\d+[\\/]Lib)[\\/]/;
/** The packages of Relay; the last one in a path is where the checkout's own part begins. */
const OWN = /^.*[\\/]((?:api|emails|phones|privaterelay)[\\/].*)$/;

/**
 * Reads the page, HTML or plain. Besides words and places nothing of it is looked at: it holds settings, and what every
 * variable was (django/views/templates/technical_500.html and .txt).
 */
export function readDjangoPage(body: string): DjangoPage {
  return /^\s*</.test(body)
    ? { words: readTitle(body.slice(0, LONGEST)), line: describeLine(listHtmlFrames(body)) }
    : { words: body.split(/\r?\n/, 2).join(' '), line: describeLine(listTextFrames(body)) };
}

function readTitle(page: string): string {
  const title = /<title[^>]*>([\s\S]*?)<\/title>/i.exec(page)?.[1] ?? '';
  const exception = /<pre class="exception_value">([\s\S]*?)<\/pre>/i.exec(page)?.[1] ?? '';
  return decode(`${title} ${exception}`.replace(/<[^>]*>/g, ' '));
}

function listHtmlFrames(page: string): Frame[] {
  const found = page.matchAll(/<code class="fname">([^<\n]+)<\/code>, line (\d+), in /g);
  return [...found].map(([, path = '', line = '']) => ({ path: decode(path), line }));
}

function listTextFrames(page: string): Frame[] {
  const [, traceback = ''] = page.split('\nTraceback (most recent call last):', 2);
  const [frames = ''] = traceback.split('\nException Type:', 1);
  const found = frames.matchAll(/^ {2}File "([^"\n]+)", line (\d+), in /gm);
  return [...found].map(([, path = '', line = '']) => ({ path, line }));
}

function describeLine(frames: readonly Frame[]): string | undefined {
  const last = frames.at(-1);
  if (!last) return undefined;
  const own = frames.findLast(({ path }) => !LIBRARY.test(path));
  return own && own !== last ? `${shorten(last)}, called from ${shorten(own)}` : shorten(last);
}

/** Without what only this machine has. */
function shorten({ path, line }: Frame): string {
  const own = () => OWN.exec(path)?.[1] ?? path.split(/[\\/]/).slice(-2).join('/');
  const name = LIBRARY.test(path) ? path.replace(LIBRARY, '') : own();
  return `${name.replaceAll('\\', '/')}:${line}`;
}

function decode(text: string): string {
  return text.replace(/&(?:#x27|#39|quot|lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}
