// Reads an app's answer: its message, its JSON document, and the exception on a Django error page.
import { stripVTControlCharacters } from 'node:util';
import type { HttpAnswer } from '../http/send.js';
import { splitMarkup } from '../markup.js';
import { parseJson } from './json.js';

/** The parts of an app's answer that explanations use. */
export interface AppAnswer {
  readonly status: number;
  /** The message for people: one line of at most 300 characters; empty without one. */
  readonly message: string;
  /** The line of code that raised the exception, if a Django error page shows it. */
  readonly raisedAt: string | undefined;
  /** The JSON document; undefined if the body is not JSON. */
  readonly json: unknown;
  /** The redirect target without its query; undefined without a redirect. */
  readonly location: string | undefined;
  /** The `detail` of a JSON object. Django REST framework and `serve` refuse in this form. */
  readonly detail: string | undefined;
  /** The header `Server`. */
  readonly server: string | undefined;
}

const MAX_MESSAGE_LENGTH = 300;

/** Reads an answer. Hides the token first, because an app may repeat what it received. */
export function readAnswer({ status, headers, body }: HttpAnswer, token: string, asked: URL): AppAnswer {
  const safe = body.replaceAll(token, '(hidden)');
  const json = parseJson(safe);
  const detail = findDetail(json);
  const page = json === undefined ? readDjangoPage(safe) : undefined;
  const message = toPrintableLine(page?.message ?? collectText(json));
  const raisedAt = page?.raisedAt && toPrintableLine(page.raisedAt);
  const location = headers.location?.replaceAll(token, '(hidden)');
  const server = [headers.server].flat()[0];
  return {
    status,
    message,
    raisedAt,
    json,
    detail,
    server,
    location: location && withoutQuery(location, asked),
  };
}

function findDetail(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !('detail' in json)) return undefined;
  return typeof json.detail === 'string' ? toPrintableLine(json.detail) : undefined;
}

/** Joins all strings of a document. A refusal is a list of strings, an object with `detail`, or lists by field. */
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

/** Returns one line without control characters. */
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

/** The useful parts of a Django error page. */
export interface DjangoPage {
  /** The exception, its URL path and its message; the title of any other page. May contain control characters. */
  readonly message: string;
  /** The line that raised the exception, and the app's last line before it. Undefined without a traceback. */
  readonly raisedAt: string | undefined;
}

/** One frame of a traceback. */
interface Frame {
  readonly path: string;
  readonly line: string;
}

/** In characters. The exception follows about ten thousand characters of styles. */
const MAX_PAGE_LENGTH = 40_000;
const ENTITIES: Readonly<Record<string, string>> = {
  '&#x27;': "'",
  '&#39;': "'",
  '&quot;': '"',
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
};
/** The start of a path in a package or in Python's library. */
const LIBRARY_PATH =
  /^.*[\\/](?:(?:site|dist)-packages|lib(?:64)?[\\/]python3[^\\/]*|Python3\d+[\\/]Lib)[\\/]/;
/** A path in one of Relay's packages. */
const OWN_PATH = /^.*[\\/]((?:api|emails|phones|privaterelay)[\\/].*)$/s;

/**
 * Reads an error page, HTML or plain text. It reads only the exception and the traceback's positions, because the page
 * contains settings and variables too (django/views/templates/technical_500.html and .txt).
 */
export function readDjangoPage(body: string): DjangoPage {
  return /^\s*</.test(body)
    ? { message: readTitle(body.slice(0, MAX_PAGE_LENGTH)), raisedAt: describeLine(listHtmlFrames(body)) }
    : { message: body.split(/\r?\n/, 2).join(' '), raisedAt: describeLine(listTextFrames(body)) };
}

function readTitle(page: string): string {
  const title = readBetween(page, '<title>', '</title>');
  const exception = readBetween(page, '<pre class="exception_value">', '</pre>');
  const parts = splitMarkup(`${title} ${exception}`);
  return decode(parts.map(({ kind, raw }) => (kind === 'text' ? raw : ' ')).join(''));
}

/** Returns the text between the first two delimiters; empty without them. */
function readBetween(page: string, start: string, end: string): string {
  const [, rest] = page.split(start, 2);
  const [text = '', ...others] = rest?.split(end, 2) ?? [];
  return others.length > 0 ? text : '';
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

/** Returns the position without the part of the path that is specific to this machine. */
function shorten({ path, line }: Frame): string {
  const own = () => OWN_PATH.exec(path)?.[1] ?? path.split(/[\\/]/).slice(-2).join('/');
  const name = LIBRARY_PATH.test(path) ? path.replace(LIBRARY_PATH, '') : own();
  return `${name.replaceAll('\\', '/')}:${line}`;
}

function decode(text: string): string {
  return text.replace(/&(?:#x27|#39|quot|lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}
