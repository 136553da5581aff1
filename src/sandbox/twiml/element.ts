// Reads single elements of TwiML: their text, URLs, methods, numbers and words, and what is not right with them.
import { isWebUrl } from '../webhooks/webhook-url.js';
import type { XmlElement } from './xml.js';

/** Something that is not right, and does not stop the rest. */
export interface Warning {
  /** One of https://www.twilio.com/docs/api/errors. */
  readonly code: number;
  readonly message: string;
}

/** Takes a warning. */
export type Warn = (code: number, message: string) => void;

/** What the parts of a document are read with. */
export interface Reading {
  /** The URL it came from, which the URLs in it are relative to; undefined when it came with no URL. */
  readonly base: string | undefined;
  readonly warn: Warn;
}

/** Takes warnings of the kind that most are: the document is not what the schema has. */
export function warnOfSchema(warn: Warn, message: string): void {
  warn(12200, `Schema validation: ${message}`);
}

/** The texts directly in an element; the indentation around them is not meant. */
export function readElementText({ children }: XmlElement): string {
  return children
    .filter((child) => typeof child === 'string')
    .join('')
    .trim();
}

/** The elements directly in an element. */
export function elementsOf({ children }: XmlElement): XmlElement[] {
  return children.filter((child) => typeof child !== 'string');
}

/** The URL in an attribute; undefined when there is none, or none that could be called. */
export function readUrl(element: XmlElement, name: string, { base, warn }: Reading): string | undefined {
  const text = element.attributes.get(name);
  if (text === undefined || text === '') return undefined;
  const url = findUrl(text, base);
  if (url === undefined) warnOfSchema(warn, `'${text}' is no URL`);
  return url;
}

/** A URL made absolute; undefined when it is none. */
export function findUrl(text: string, base: string | undefined): string | undefined {
  if (text === '') return undefined;
  // One that is absolute stays as it is written: that is how it is signed.
  if (isWebUrl(text)) return text;
  const url = URL.canParse(text, base) ? new URL(text, base).href : '';
  return isWebUrl(url) ? url : undefined;
}

/** The method in an attribute, `POST` unless it says otherwise. */
export function readMethod(element: XmlElement, { warn }: Pick<Reading, 'warn'>, name = 'method'): string {
  const method = element.attributes.get(name)?.toUpperCase() ?? 'POST';
  if (method === 'GET' || method === 'POST') return method;
  warnOfSchema(warn, `<${element.name}> has the method ${method}`);
  return 'POST';
}

/** Warns of attributes that an element does not know. */
export function warnOfAttributes(
  { name, attributes }: XmlElement,
  known: readonly string[] | undefined,
  warn: Warn,
): void {
  for (const attribute of known ? attributes.keys() : []) {
    if (/^xml(ns)?(:|$)|^xsi:/.test(attribute) || known?.includes(attribute)) continue;
    warnOfSchema(warn, `<${name}> has no attribute ${attribute}`);
  }
}
