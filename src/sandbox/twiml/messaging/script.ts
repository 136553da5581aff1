// Reads messaging TwiML: the verbs of a <Response>, and a warning for everything that is wrong with it.
import {
  elementsOf,
  findUrl,
  type Reading,
  ROOT_ATTRIBUTES,
  readElementText,
  readMethod,
  readUrl,
  startReading,
  type Warning,
  warnOfAttributes,
  warnOfSchema,
} from '../element.js';
import type { XmlElement } from '../xml.js';

/** A document that was read. */
export interface MessagingScript {
  readonly verbs: readonly MessagingVerb[];
  readonly warnings: readonly Warning[];
}

/** A verb; its URLs are absolute. */
export type MessagingVerb =
  | MessageVerb
  | { readonly name: 'Redirect'; readonly url: string; readonly method: string };

/** A message to send; without `to` and `from` it replies to the inbound text. */
export interface MessageVerb {
  readonly name: 'Message';
  readonly body: string;
  readonly mediaUrls: readonly string[];
  readonly to: string | undefined;
  readonly from: string | undefined;
  readonly statusCallback: string | undefined;
  /** Requested after the message was sent: its document replaces the rest of this one. */
  readonly action: string | undefined;
  readonly method: string;
}

const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  Message: ['to', 'from', 'action', 'method', 'statusCallback'],
  Redirect: ['method'],
  Body: [],
  Media: [],
};

/** The verbs of calls: in the answer to a text they cause a warning of their own. */
const VOICE_VERBS =
  'Say Play Pause Gather Record Dial Enqueue Leave Reject Hangup Refer Connect Start Stop Pay Prompt'.split(
    ' ',
  );

/** Reads a `<Response>`; the URLs in it are relative to `base`, where it came from. */
export function readMessagingScript(root: XmlElement, base: string): MessagingScript {
  const { reading, warnings } = startReading(base);
  warnOfAttributes(root, ROOT_ATTRIBUTES, reading.warn);
  const verbs = root.children.flatMap((child) => readVerb(child, root, reading));
  return { verbs, warnings };
}

function readVerb(child: XmlElement | string, root: XmlElement, reading: Reading): MessagingVerb[] {
  const { warn } = reading;
  if (typeof child === 'string') {
    if (child.trim() !== '') warnOfSchema(warn, root, `'${child.trim()}' is outside of a verb`);
    return [];
  }
  if (child.name === 'Message') return [readMessage(child, reading)];
  if (child.name === 'Redirect') return readRedirect(child, reading);
  if (VOICE_VERBS.includes(child.name)) warn(14110, `Invalid verb for SMS reply: <${child.name}>`, child);
  else warnOfSchema(warn, child, `<${child.name}> is not a verb`);
  return [];
}

function readMessage(element: XmlElement, reading: Reading): MessageVerb {
  const { base, warn } = reading;
  warnOfAttributes(element, ATTRIBUTES.Message, warn);
  const nouns = elementsOf(element);
  for (const noun of nouns) {
    if (noun.name !== 'Body' && noun.name !== 'Media') {
      warnOfSchema(warn, noun, `<${noun.name}> is not allowed in <Message>`);
    } else warnOfAttributes(noun, ATTRIBUTES[noun.name], warn);
  }
  const body = nouns.find(({ name }) => name === 'Body') ?? element;
  const media = nouns.filter(({ name }) => name === 'Media').map(readElementText);
  const { attributes } = element;
  return {
    name: 'Message',
    body: readElementText(body),
    mediaUrls: media.map((url) => findUrl(url, base) ?? url),
    to: attributes.get('to') || undefined,
    from: attributes.get('from') || undefined,
    statusCallback: readUrl(element, 'statusCallback', reading),
    action: readUrl(element, 'action', reading),
    method: readMethod(element, reading),
  };
}

function readRedirect(element: XmlElement, reading: Reading): MessagingVerb[] {
  warnOfAttributes(element, ATTRIBUTES.Redirect, reading.warn);
  const url = findUrl(readElementText(element), reading.base);
  if (url !== undefined) return [{ name: 'Redirect', url, method: readMethod(element, reading) }];
  warnOfSchema(reading.warn, element, `<Redirect> leads to '${readElementText(element)}'`);
  return [];
}
