// Reads messaging TwiML: the verbs of a <Response>, and a warning for everything that is wrong with it.
import type { Unsupported } from '../../platform/events/unsupported.js';
import {
  elementsOf,
  findUrl,
  type Reading,
  readElementText,
  readMethod,
  readUrl,
  startReading,
  type Warning,
  warnOfSchema,
} from '../element.js';
import {
  checkDocument,
  defineElement,
  defineMissingElement,
  type ElementSchema,
  listNames,
} from '../schema.js';
import type { XmlElement } from '../xml.js';

/** A document that was read. */
export interface MessagingScript {
  readonly verbs: readonly MessagingVerb[];
  readonly warnings: readonly Warning[];
  /** What Twilio has and the sandbox lacks. */
  readonly lacks: readonly Unsupported[];
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

/** The verbs of calls: in the answer to a text they cause a warning of their own. */
const VOICE_VERBS = listNames(
  'Say Play Pause Gather Record Dial Enqueue Leave Reject Hangup Refer Connect Start Stop Pay Prompt',
);

/**
 * What a `<Response>` to a text may have. `<Sms>` is not in the SDKs, but a valid verb of
 * https://www.twilio.com/docs/api/errors/14110.
 */
export const MESSAGING_SCHEMA: ElementSchema = defineElement('version', {
  elements: {
    Message: defineElement('to from action method statusCallback', {
      elements: { Body: defineElement(''), Media: defineElement('') },
    }),
    Redirect: defineElement('method'),
    Sms: defineMissingElement('to from action method statusCallback'),
  },
  describeUnknown: (name) =>
    VOICE_VERBS.includes(name) ? [14110, `Invalid verb for SMS reply: <${name}>`] : undefined,
});

/** Reads a `<Response>`; the URLs in it are relative to `base`, where it came from. */
export function readMessagingScript(root: XmlElement, base: string): MessagingScript {
  const { reading, warnings } = startReading(base);
  const lacks = checkDocument(root, MESSAGING_SCHEMA, reading.warn);
  const verbs = root.children.flatMap((child) => readVerb(child, root, reading));
  return { verbs, warnings: warnings(), lacks };
}

function readVerb(child: XmlElement | string, root: XmlElement, reading: Reading): MessagingVerb[] {
  if (typeof child === 'string') {
    if (child.trim() !== '') warnOfSchema(reading.warn, root, `'${child.trim()}' is outside of a verb`);
    return [];
  }
  if (child.name === 'Message') return [readMessage(child, reading)];
  return child.name === 'Redirect' ? readRedirect(child, reading) : [];
}

function readMessage(element: XmlElement, reading: Reading): MessageVerb {
  const nouns = elementsOf(element);
  const body = nouns.find(({ name }) => name === 'Body') ?? element;
  const media = nouns.filter(({ name }) => name === 'Media').map(readElementText);
  const { attributes } = element;
  return {
    name: 'Message',
    body: readElementText(body),
    mediaUrls: media.map((url) => findUrl(url, reading.base) ?? url),
    to: attributes.get('to') || undefined,
    from: attributes.get('from') || undefined,
    statusCallback: readUrl(element, 'statusCallback', reading),
    action: readUrl(element, 'action', reading),
    method: readMethod(element, reading),
  };
}

function readRedirect(element: XmlElement, reading: Reading): MessagingVerb[] {
  const url = findUrl(readElementText(element), reading.base);
  if (url !== undefined) return [{ name: 'Redirect', url, method: readMethod(element, reading) }];
  warnOfSchema(reading.warn, element, `<Redirect> leads to '${readElementText(element)}'`);
  return [];
}
