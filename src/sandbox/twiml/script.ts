// Reads what TwiML for messages says to do, and what is not right with it.

import { isWebUrl } from '../resources/webhook-settings.js';
import type { XmlElement } from './xml.js';

/** A document, read. */
export interface Script {
  readonly verbs: readonly Verb[];
  readonly warnings: readonly Warning[];
}

/** Something to do. URLs are absolute. */
export type Verb = MessageVerb | { readonly name: 'Redirect'; readonly url: string; readonly method: string };

/** A message to send; without `to` and `from` it is an answer to what came in. */
export interface MessageVerb {
  readonly name: 'Message';
  readonly body: string;
  readonly mediaUrls: readonly string[];
  readonly to: string | undefined;
  readonly from: string | undefined;
  readonly statusCallback: string | undefined;
  /** Asked what to do next once the message is on its way. */
  readonly action: string | undefined;
  readonly method: string;
}

/** Something that is not right, and does not stop the rest. */
export interface Warning {
  /** One of https://www.twilio.com/docs/api/errors. */
  readonly code: number;
  readonly message: string;
}

const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  Response: [],
  Message: ['to', 'from', 'action', 'method', 'statusCallback'],
  Redirect: ['method'],
  Body: [],
  Media: [],
};

/** Verbs of calls; in an answer to a text they have a warning of their own. */
const VOICE_VERBS =
  'Say Play Pause Gather Record Dial Enqueue Leave Reject Hangup Refer Connect Start Stop Pay Prompt'.split(
    ' ',
  );

/** Reads a `<Response>`; `base` is the URL it came from, which the URLs in it are relative to. */
export function readScript(root: XmlElement, base: string): Script {
  const warnings: Warning[] = [];
  const warn = (code: number, message: string) => void warnings.push({ code, message });
  warnOfAttributes(root, warn);
  const verbs = root.children.flatMap((child) => readVerb(child, base, warn));
  return { verbs, warnings };
}

type Warn = (code: number, message: string) => void;

function readVerb(child: XmlElement | string, base: string, warn: Warn): Verb[] {
  if (typeof child === 'string') {
    if (child.trim() !== '') warn(12200, `Schema validation: '${child.trim()}' stands outside of a verb`);
    return [];
  }
  warnOfAttributes(child, warn);
  if (child.name === 'Message') return [readMessage(child, base, warn)];
  if (child.name === 'Redirect') return readRedirect(child, base, warn);
  if (VOICE_VERBS.includes(child.name)) warn(14110, `Invalid verb for SMS reply: <${child.name}>`);
  else warn(12200, `Schema validation: <${child.name}> is no verb`);
  return [];
}

function readMessage(element: XmlElement, base: string, warn: Warn): MessageVerb {
  const nouns = element.children.filter((child) => typeof child !== 'string');
  for (const noun of nouns) {
    if (noun.name !== 'Body' && noun.name !== 'Media') {
      warn(12200, `Schema validation: <${noun.name}> cannot stand in <Message>`);
    } else warnOfAttributes(noun, warn);
  }
  const body = nouns.find(({ name }) => name === 'Body') ?? element;
  const media = nouns.filter(({ name }) => name === 'Media').map(readText);
  const { attributes } = element;
  return {
    name: 'Message',
    body: readText(body),
    mediaUrls: media.map((url) => findUrl(url, base) ?? url),
    to: attributes.get('to') || undefined,
    from: attributes.get('from') || undefined,
    statusCallback: readUrl(attributes.get('statusCallback'), base, warn),
    action: readUrl(attributes.get('action'), base, warn),
    method: readMethod(element, warn),
  };
}

function readRedirect(element: XmlElement, base: string, warn: Warn): Verb[] {
  const url = findUrl(readText(element), base);
  if (url === undefined) {
    warn(12200, `Schema validation: <Redirect> leads to '${readText(element)}'`);
    return [];
  }
  return [{ name: 'Redirect', url, method: readMethod(element, warn) }];
}

/** The texts directly in an element; the indentation around them is not meant. */
function readText({ children }: XmlElement): string {
  return children
    .filter((child) => typeof child === 'string')
    .join('')
    .trim();
}

function readUrl(text: string | undefined, base: string, warn: Warn): string | undefined {
  if (text === undefined || text === '') return undefined;
  const url = findUrl(text, base);
  if (url === undefined) warn(12200, `Schema validation: '${text}' is no URL`);
  return url;
}

function findUrl(text: string, base: string): string | undefined {
  if (text === '') return undefined;
  // One that is absolute stays as it is written: that is how it is signed.
  if (isWebUrl(text)) return text;
  const url = URL.canParse(text, base) ? new URL(text, base).href : '';
  return isWebUrl(url) ? url : undefined;
}

function readMethod({ name, attributes }: XmlElement, warn: Warn): string {
  const method = attributes.get('method')?.toUpperCase() ?? 'POST';
  if (method === 'GET' || method === 'POST') return method;
  warn(12200, `Schema validation: <${name}> has the method ${method}`);
  return 'POST';
}

function warnOfAttributes({ name, attributes }: XmlElement, warn: Warn): void {
  const known = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
  for (const attribute of known ? attributes.keys() : []) {
    if (/^xml(ns)?(:|$)|^xsi:/.test(attribute) || known?.includes(attribute)) continue;
    warn(12200, `Schema validation: <${name}> has no attribute ${attribute}`);
  }
}
