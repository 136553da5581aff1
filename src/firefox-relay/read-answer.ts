// Reads an app's answer: its message, its JSON document, and the exception on a Django error page.
import { stripVTControlCharacters } from 'node:util';
import type { HttpAnswer } from '../http/send.js';
import { parseJson } from './json.js';

/** An answer as far as it can be understood. */
export interface AppAnswer {
  readonly status: number;
  /** What it says to people, in one line of at most 300 characters; empty when it says nothing. */
  readonly words: string;
  /** The line of code that raised an exception, when a page of Django's tells. */
  readonly line: string | undefined;
  /** The JSON document; undefined when the body is none. */
  readonly json: unknown;
  /** Where it sends us, without query; undefined for an answer that is no redirect. */
  readonly location: string | undefined;
  /** The `detail` of a JSON object: the form of Django REST framework's refusals, and of `serve`'s. */
  readonly detail: string | undefined;
}

const MAX_MESSAGE_LENGTH = 300;

/** Reads an answer. `token` is taken out of it first, lest an app that repeats what it was sent shows it. */
export function readAnswer({ status, headers, body }: HttpAnswer, token: string, asked: URL): AppAnswer {
  const safe = body.replaceAll(token, '(hidden)');
  const json = parseJson(safe);
  const detail = findDetail(json);
  const page = json === undefined ? readDjangoPage(safe) : undefined;
  const words = toPrintableLine(page?.words ?? collectText(json));
  const line = page?.line && toPrintableLine(page.line);
  const location = headers.location?.replaceAll(token, '(hidden)');
  return { status, words, line, json, detail, location: location && withoutQuery(location, asked) };
}

function findDetail(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !('detail' in json)) return undefined;
  return typeof json.detail === 'string' ? toPrintableLine(json.detail) : undefined;
}

/** Every text in a document: a refusal is a list of them, an object of `detail`, or one of lists by field. */
function collectText(json: unknown): string {
  if (typeof json === 'string') return json;
  if (typeof json !== 'object' || json === null) return '';
  const entries = Object.entries(json).map(([key, value]) => {
    const text = collectText(value);
    return Array.isArray(json) || ['detail', 'non_field_errors'].includes(key) || !text
      ? text
      : `${key}: ${text}`;
  });
  return entries.filter(Boolean).join(' ');
}

/** One line that does nothing to a terminal. */
function toPrintableLine(text: string): string {
  const line = stripVTControlCharacters(text)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  return line.length > MAX_MESSAGE_LENGTH ? `${line.slice(0, MAX_MESSAGE_LENGTH)}…` : line;
}

function withoutQuery(location: string, asked: URL): string {
  if (!URL.canParse(location, asked.href)) return toPrintableLine(location);
  const { origin, pathname } = new URL(location, asked);
  return toPrintableLine(origin + pathname);
}

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
const MAX_PAGE_LENGTH = 40_000;
const ENTITIES: Readonly<Record<string, string>> = {
  '&#x27;': "'",
  '&#39;': "'",
  '&quot;': '"',
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
};
/** A path of a package or of Python's own library, up to where its name begins. */
const LIBRARY_PATH =
  /^.*[\\/](?:(?:site|dist)-packages|lib(?:64)?[\\/]python3[^\\/]*|Python3\d+[\\/]Lib)[\\/]/;
/** The packages of Relay; the last one in a path is where the checkout's own part begins. */
const OWN_PATH = /^.*[\\/]((?:api|emails|phones|privaterelay)[\\/].*)$/;

/**
 * Reads the page, HTML or plain. Besides words and places nothing of it is looked at: it holds settings, and what every
 * variable was (django/views/templates/technical_500.html and .txt).
 */
export function readDjangoPage(body: string): DjangoPage {
  return /^\s*</.test(body)
    ? { words: readTitle(body.slice(0, MAX_PAGE_LENGTH)), line: describeLine(listHtmlFrames(body)) }
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
  const own = frames.findLast(({ path }) => !LIBRARY_PATH.test(path));
  return own && own !== last ? `${shorten(last)}, called from ${shorten(own)}` : shorten(last);
}

/** Without what only this machine has. */
function shorten({ path, line }: Frame): string {
  const own = () => OWN_PATH.exec(path)?.[1] ?? path.split(/[\\/]/).slice(-2).join('/');
  const name = LIBRARY_PATH.test(path) ? path.replace(LIBRARY_PATH, '') : own();
  return `${name.replaceAll('\\', '/')}:${line}`;
}

function decode(text: string): string {
  return text.replace(/&(?:#x27|#39|quot|lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}
