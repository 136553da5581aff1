// Reads the elements of TwiML: text, URLs and other attributes, and warns about what is wrong with them.

import type { TextPosition } from '../platform/sandbox-alert.js';
import { isWebUrl } from '../webhooks/webhook-url.js';
import type { XmlElement } from './xml.js';

/** Something that is wrong and does not stop the rest of the document. */
export interface Warning {
  /** One of https://www.twilio.com/docs/api/errors. */
  readonly code: number;
  readonly message: string;
  /** Of the element; undefined for a warning about the whole answer. */
  readonly position: TextPosition | undefined;
}

/** Takes a warning about an element. */
export type Warn = (code: number, message: string, element: XmlElement) => void;

/** What is the same for all elements of a document. */
export interface Reading {
  /** The URL of the document, for relative URLs. Undefined for a document that came with a REST request. */
  readonly base: string | undefined;
  readonly warn: Warn;
}

/** Creates the context in which a document is read, and the list of the warnings about it, in the order of the document. */
export function startReading(base: string | undefined): {
  readonly reading: Reading;
  readonly warnings: () => readonly Warning[];
} {
  const found: Warning[] = [];
  const warn: Warn = (code, message, { position }) => void found.push({ code, message, position });
  return { reading: { base, warn }, warnings: () => found.toSorted(byPosition) };
}

function byPosition({ position: one }: Warning, { position: other }: Warning): number {
  if (!one || !other) return 0;
  return one.line - other.line || one.column - other.column;
}

/** Warns that the document does not match the schema: 12200, the most common warning. */
export function warnOfSchema(warn: Warn, element: XmlElement, message: string): void {
  warn(12200, `Schema validation: ${message}`, element);
}

/** The child elements of an element, without its text. */
export function elementsOf({ children }: XmlElement): XmlElement[] {
  return children.filter((child) => typeof child !== 'string');
}

/** The text directly in an element, without the spaces around it. */
export function readElementText({ children }: XmlElement): string {
  return children
    .filter((child) => typeof child === 'string')
    .join('')
    .trim();
}

/** A URL in TwiML, with the HTTP method for it. */
export interface TwimlUrl {
  readonly url: string;
  readonly method: string;
}

/** Reads a URL attribute with its method attribute. Undefined without a valid URL. */
export function readUrlWithMethod(
  element: XmlElement,
  urlName: string,
  methodName: string,
  reading: Reading,
): TwimlUrl | undefined {
  const url = readUrl(element, urlName, reading);
  return url === undefined ? undefined : { url, method: readMethod(element, reading, methodName) };
}

/** Reads a URL attribute and makes it absolute. Undefined if missing and, with a warning, if it is not an HTTP URL. */
export function readUrl(element: XmlElement, name: string, { base, warn }: Reading): string | undefined {
  const text = element.attributes.get(name);
  if (text === undefined || text === '') return undefined;
  const url = findUrl(text, base);
  if (url === undefined) warnOfSchema(warn, element, `'${text}' is not a URL`);
  return url;
}

/** Makes a URL absolute. Undefined if the text is not an HTTP URL. */
export function findUrl(text: string, base: string | undefined): string | undefined {
  if (text === '') return undefined;
  // The signature covers an absolute URL exactly as it is written.
  if (isWebUrl(text)) return text;
  const url = URL.canParse(text, base) ? new URL(text, base).href : '';
  return isWebUrl(url) ? url : undefined;
}

/** Reads a method attribute: `GET` or `POST`. Returns `POST` if missing and, with a warning, for any other method. */
export function readMethod(element: XmlElement, { warn }: Pick<Reading, 'warn'>, name = 'method'): string {
  const method = element.attributes.get(name)?.toUpperCase() ?? 'POST';
  if (method === 'GET' || method === 'POST') return method;
  warnOfValue(element, name, element.attributes.get(name) ?? '', warn);
  return 'POST';
}

/** The values that a whole number may have, and its default. */
export interface CountRange {
  readonly min: number;
  readonly max: number;
  readonly fallback: number;
}

/** Reads a whole number. Returns the fallback if it is missing and, with a warning, if it is invalid or out of range. */
export function readCount(
  element: XmlElement,
  name: string,
  { warn }: Reading,
  { min, max, fallback }: CountRange,
): number {
  const text = element.attributes.get(name)?.trim();
  if (text === undefined || text === '') return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  warnOfValue(element, name, text, warn);
  return fallback;
}

/** Reads `true` or `false`. Returns the fallback if it is missing and, with a warning, for any other value. */
export function readFlag(element: XmlElement, name: string, { warn }: Reading, fallback = false): boolean {
  const text = element.attributes.get(name)?.trim().toLowerCase();
  if (text === undefined || text === '') return fallback;
  if (text === 'true' || text === 'false') return text === 'true';
  warnOfValue(element, name, text, warn);
  return fallback;
}

/** Reads a list of words that are separated by spaces or commas. Leaves out unknown words, after a warning. */
export function readWordList<Word extends string>(
  element: XmlElement,
  name: string,
  { warn }: Reading,
  known: readonly Word[],
): Word[] {
  const text = element.attributes.get(name) ?? '';
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  for (const word of words) if (!known.includes(word as Word)) warnOfValue(element, name, word, warn);
  return known.filter((word) => words.includes(word));
}

/**
 * The codes of Twilio's warnings about the values of attributes, by element. Those of https://www.twilio.com/docs/api/errors
 * that are named after the attribute; an attribute without one gets 12200.
 */
const VALUE_CODES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Dial: {
    method: 13210,
    timeout: 13212,
    hangupOnStar: 13213,
    timeLimit: 13216,
    record: 13217,
    sequential: 13218,
    answerOnBridge: 13219,
    recordingStatusCallbackEvent: 13621,
  },
  Gather: {
    finishOnKey: 13310,
    method: 13312,
    timeout: 13313,
    numDigits: 13314,
    input: 13326,
    partialResultCallbackMethod: 13329,
    actionOnEmptyResult: 13338,
    speechTimeout: 13327,
    bargeIn: 13332,
    profanityFilter: 13333,
    enhanced: 13339,
  },
  Message: { method: 14104 },
  Number: { method: 13221, sendDigits: 13222 },
  Pause: { length: 13910 },
  Play: { loop: 13410, digits: 13430 },
  Record: {
    method: 13610,
    timeout: 13611,
    maxLength: 13612,
    finishOnKey: 13613,
    transcribe: 13614,
    playBeep: 13616,
    recordingStatusCallbackEvent: 13621,
  },
  Redirect: { method: 13710 },
  Reject: { reason: 13810 },
  Say: { loop: 13510 },
  Sms: { method: 14104 },
};

/** Warns that the value of an attribute is invalid. */
export function warnOfValue(element: XmlElement, name: string, value: string, warn: Warn): void {
  const code = VALUE_CODES[element.name]?.[name];
  const message = `<${element.name}> has an invalid ${name}: '${value}'`;
  if (code === undefined) warnOfSchema(warn, element, message);
  else warn(code, message, element);
}

/** Reads keys to play, with `w` for a pause. Returns none if missing and, with a warning, if a character is not a key. */
export function readDialKeys(element: XmlElement, name: string, { warn }: Reading): string {
  const text = element.attributes.get(name) ?? '';
  if (/^[0-9A-Da-dw#*]*$/.test(text)) return text;
  warnOfValue(element, name, text, warn);
  return '';
}

/** Reads the keys that end an input. Returns the fallback if missing and, with a warning, without the keys that no phone has. */
export function readFinishKeys(element: XmlElement, { warn }: Reading, fallback: string): string {
  const text = element.attributes.get('finishOnKey');
  if (text === undefined) return fallback;
  if (/^[0-9#*]*$/.test(text)) return text;
  warnOfValue(element, 'finishOnKey', text, warn);
  return fallback;
}
