// Formats answers of the 2010 API as XML, and lists as CSV: https://www.twilio.com/docs/usage/twilios-response.
import { formatErrorBody, type TwilioProblem } from './problem.js';

type Json = null | boolean | number | string | readonly Json[] | JsonFields;
type JsonFields = { readonly [name: string]: Json };

/** A list: its key, its rows, and the fields beside it. */
interface List {
  readonly key: string;
  readonly rows: readonly JsonFields[];
  readonly page: JsonFields;
}

/** Formats an error. */
export function formatProblemXml(problem: TwilioProblem): string {
  const { code, message, more_info, status } = formatErrorBody(problem);
  return formatDocument(formatElement('RestException', { code, message, more_info, status }));
}

/**
 * Formats the JSON of an answer as XML: a list has its page as attributes, and each row in an element.
 *
 * @param path the request's, which names the element of a resource
 */
export function formatXml(path: string, json: string): string {
  const body = JSON.parse(json) as JsonFields;
  const list = findList(body);
  if (!list) return formatDocument(formatElement(nameResource(path, body), body));
  const attributes = Object.entries(list.page).map(
    ([name, value]) => ` ${name.replaceAll('_', '')}="${escapeText(formatScalar(name, value))}"`,
  );
  const row = toSingular(toPascalCase(list.key));
  const rows = list.rows.map((fields) => formatElement(row, fields));
  const name = toPascalCase(list.key);
  return formatDocument(`<${name}${attributes.join('')}>${rows.join('')}</${name}>`);
}

/**
 * Formats the JSON of a list as CSV, without fields that have fields of their own; an empty list has no header either, because
 * its JSON does not name the columns. Undefined for anything but a list.
 */
export function formatCsv(json: string): string | undefined {
  const list = findList(JSON.parse(json) as JsonFields);
  if (!list) return undefined;
  if (list.rows.length === 0) return '';
  const names = Object.entries(list.rows[0] ?? {}).flatMap(([name, value]) =>
    isScalar(value) ? [name] : [],
  );
  const lines = [
    names.map(toPascalCase),
    ...list.rows.map((row) => names.map((name) => quote(formatScalar(name, row[name] ?? null)))),
  ];
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

function findList(body: JsonFields): List | undefined {
  const [key, rows] = Object.entries(body).find(([, value]) => Array.isArray(value)) ?? [];
  if (key === undefined) return undefined;
  const { [key]: _rows, ...page } = body;
  return { key, rows: rows as readonly JsonFields[], page };
}

/** The element of a resource: the last collection of its path in the singular. */
function nameResource(path: string, body: JsonFields): string {
  if ('validation_code' in body) return 'ValidationRequest';
  const segments = path.replace(/\.[a-z]+$/, '').split('/');
  if (segments.at(-2) === 'AvailablePhoneNumbers') return 'Country';
  const isNamed = /^[A-Z]{2}[0-9a-f]{32}$|^(Local|Mobile|TollFree)$/.test(segments.at(-1) ?? '');
  return toSingular(segments.at(isNamed ? -2 : -1) ?? '');
}

function formatDocument(element: string): string {
  return `<?xml version='1.0' encoding='UTF-8'?>\n<TwilioResponse>${element}</TwilioResponse>`;
}

function formatElement(name: string, value: Json, key = ''): string {
  if (value === null || value === '') return `<${name}/>`;
  if (isScalar(value)) return `<${name}>${escapeText(formatScalar(key, value))}</${name}>`;
  const entries = Array.isArray(value)
    ? (value as readonly Json[]).map((item) => formatElement(toSingular(name), item))
    : Object.entries(value).map(([field, item]) =>
        formatElement(toPascalCase(field), item, key.endsWith('uris') ? 'uri' : field),
      );
  return `<${name}>${entries.join('')}</${name}>`;
}

/** Only JSON has URIs with an extension. A missing page is an empty text. */
function formatScalar(name: string, value: Json): string {
  if (value === null) return '';
  return name.endsWith('uri') ? String(value).replace(/\.json(?=\?|$)/, '') : String(value);
}

function isScalar(value: Json): boolean {
  return value === null || typeof value !== 'object';
}

function toPascalCase(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function toSingular(name: string): string {
  if (name === 'MediaList') return 'Media';
  return name.endsWith('ies') ? `${name.slice(0, -3)}y` : name.replace(/s$/, '');
}

const XML_ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Characters that XML cannot contain are dropped. */
function escapeText(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"\r]/g, (character) => XML_ENTITIES[character] ?? '');
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
