// Reads what an app answered: the words in it, whatever their form, and the document when there is one.
import { stripVTControlCharacters } from 'node:util';
import type { HttpAnswer } from '../http/send.js';
import { readDjangoPage } from './django-page.js';
import { parseJson } from './json.js';

/** An answer as far as it can be understood. */
export interface ReadAnswer {
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

const LONGEST = 300;

/** Reads an answer. `token` is taken out of it first, lest an app that repeats what it was sent shows it. */
export function readAnswer({ status, headers, body }: HttpAnswer, token: string, asked: URL): ReadAnswer {
  const safe = body.replaceAll(token, '(hidden)');
  const json = parseJson(safe);
  const detail = findDetail(json);
  const page = json === undefined ? readDjangoPage(safe) : undefined;
  const words = tidy(page?.words ?? gather(json));
  const line = page?.line && tidy(page.line);
  const location = headers.location?.replaceAll(token, '(hidden)');
  return { status, words, line, json, detail, location: location && withoutQuery(location, asked) };
}

function findDetail(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !('detail' in json)) return undefined;
  return typeof json.detail === 'string' ? tidy(json.detail) : undefined;
}

/** Every text in a document: a refusal is a list of them, an object of `detail`, or one of lists by field. */
function gather(json: unknown): string {
  if (typeof json === 'string') return json;
  if (typeof json !== 'object' || json === null) return '';
  const entries = Object.entries(json).map(([key, value]) => {
    const text = gather(value);
    return Array.isArray(json) || ['detail', 'non_field_errors'].includes(key) || !text
      ? text
      : `${key}: ${text}`;
  });
  return entries.filter(Boolean).join(' ');
}

/** One line that does nothing to a terminal. */
function tidy(text: string): string {
  const line = stripVTControlCharacters(text)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

function withoutQuery(location: string, asked: URL): string {
  if (!URL.canParse(location, asked.href)) return tidy(location);
  const { origin, pathname } = new URL(location, asked);
  return tidy(origin + pathname);
}
