// Reads TwiML for calls: a <Response>, its verbs, and what is wrong with it. URLs become absolute, times are seconds.

import type { Unsupported } from '../../platform/events/unsupported.js';
import {
  findUrl,
  type Reading,
  readCount,
  readElementText,
  readMethod,
  readUrl,
  readUrlWithMethod,
  readWordList,
  startReading,
  type TwimlUrl,
  type Warning,
  warnOfSchema,
} from '../element.js';
import { checkDocument, defineElement, type ElementSchema } from '../schema.js';
import type { XmlElement } from '../xml.js';
import { DIAL_SCHEMA, readDial } from './dial.js';
import { GATHER_SCHEMA, readGather } from './gather.js';
import { MISSING_VERBS, RETURNED_PARAMETER, TASK } from './missing.js';
import { PROMPT_READERS, PROMPT_SCHEMAS } from './prompts.js';
import { RECORD_SCHEMA, readRecord } from './record.js';

/** A document that was read. */
export interface VoiceScript {
  readonly verbs: readonly VoiceVerb[];
  readonly warnings: readonly Warning[];
  /** What Twilio has and the sandbox lacks. */
  readonly lacks: readonly Unsupported[];
}

/** A verb of a document. */
export type VoiceVerb = Exclude<ReturnType<(typeof VERB_READERS)[keyof typeof VERB_READERS]>, undefined>;

/** See https://www.twilio.com/docs/voice/twiml/enqueue. */
export interface Enqueue {
  readonly name: 'Enqueue';
  /** The name of the queue. */
  readonly queue: string;
  readonly action: string | undefined;
  readonly method: string;
  /** The document that runs while the caller waits; undefined: music. */
  readonly wait: TwimlUrl | undefined;
  /** The queue takes no more callers than these. */
  readonly maxQueueSize: number;
}

/** See https://www.twilio.com/docs/voice/twiml/redirect. */
export interface Redirect extends TwimlUrl {
  readonly name: 'Redirect';
}

/** See https://www.twilio.com/docs/voice/twiml/reject. */
export interface Reject {
  readonly name: 'Reject';
  readonly reason: 'rejected' | 'busy';
}

/** See https://www.twilio.com/docs/voice/twiml/sms. Deprecated, and still there. */
export interface Sms {
  readonly name: 'Sms';
  readonly body: string;
  /** Default: the other party of the call. */
  readonly to: string | undefined;
  /** Default: the account's number in the call. */
  readonly from: string | undefined;
  readonly action: string | undefined;
  readonly method: string;
  readonly statusCallback: string | undefined;
}

/**
 * Reads a `<Response>`. See https://www.twilio.com/docs/voice/twiml.
 *
 * @param base the URL of the document, for relative URLs; undefined for a document that came with a REST request
 */
export function readVoiceScript(root: XmlElement, base: string | undefined): VoiceScript {
  const { reading, warnings } = startReading(base);
  const lacks = checkDocument(root, VOICE_SCHEMA, reading.warn);
  const verbs = root.children.flatMap((child) => readVerb(child, root, reading) ?? []);
  return { verbs, warnings: warnings(), lacks };
}

function readVerb(child: XmlElement | string, root: XmlElement, reading: Reading): VoiceVerb | undefined {
  if (typeof child !== 'string') return findVerbReader(child.name)?.(child, reading);
  if (child.trim() !== '') warnOfSchema(reading.warn, root, `text outside of a verb: '${child.trim()}'`);
  return undefined;
}

/** How the verbs are read. A new one is one more entry here, in {@link VOICE_SCHEMA}, and in `voice/verbs/verbs.ts`. */
const VERB_READERS = {
  ...PROMPT_READERS,
  Dial: readDial,
  Enqueue: (element: XmlElement, reading: Reading): Enqueue => ({
    name: 'Enqueue',
    queue: readElementText(element),
    action: readUrl(element, 'action', reading),
    method: readMethod(element, reading),
    wait: readUrlWithMethod(element, 'waitUrl', 'waitUrlMethod', reading),
    maxQueueSize: readCount(element, 'maxQueueSize', reading, { min: 1, max: 5000, fallback: 1000 }),
  }),
  Gather: readGather,
  Hangup: () => ({ name: 'Hangup' }) as const,
  Leave: () => ({ name: 'Leave' }) as const,
  Record: readRecord,
  Redirect: readRedirect,
  Reject: (element: XmlElement, reading: Reading): Reject => ({
    name: 'Reject',
    reason: readWordList(element, 'reason', reading, ['rejected', 'busy'])[0] ?? 'rejected',
  }),
  Sms: (element: XmlElement, reading: Reading): Sms => ({
    name: 'Sms',
    body: readElementText(element),
    to: element.attributes.get('to') || undefined,
    from: element.attributes.get('from') || undefined,
    action: readUrl(element, 'action', reading),
    method: readMethod(element, reading),
    statusCallback: readUrl(element, 'statusCallback', reading),
  }),
} as const satisfies Record<string, (element: XmlElement, reading: Reading) => { name: string } | undefined>;

const VERB_SCHEMAS: Readonly<Record<keyof typeof VERB_READERS, ElementSchema>> = {
  ...PROMPT_SCHEMAS,
  Dial: DIAL_SCHEMA,
  // TaskRouter, which the sandbox lacks, decides where a call with a workflow goes.
  Enqueue: defineElement('action method waitUrl waitUrlMethod maxQueueSize', {
    missing: { workflowSid: [] },
    elements: { Task: TASK },
  }),
  Gather: GATHER_SCHEMA,
  Hangup: defineElement('', { elements: { Parameter: RETURNED_PARAMETER } }),
  Leave: defineElement(''),
  Record: RECORD_SCHEMA,
  Redirect: defineElement('method'),
  Reject: defineElement('reason', { elements: { Parameter: RETURNED_PARAMETER } }),
  Sms: defineElement('to from action method statusCallback'),
};

/** What a `<Response>` of a call may have. */
export const VOICE_SCHEMA: ElementSchema = defineElement('version', {
  elements: { ...VERB_SCHEMAS, ...MISSING_VERBS },
});

function findVerbReader(name: string) {
  if (!Object.hasOwn(VERB_READERS, name)) return undefined;
  return VERB_READERS[name as keyof typeof VERB_READERS];
}

/** Without a URL it leads to its own document, as in Twilio's agent of a queue, who goes on to the next caller. */
function readRedirect(element: XmlElement, reading: Reading): Redirect | undefined {
  const text = readElementText(element);
  const url = text === '' ? reading.base : findUrl(text, reading.base);
  if (url !== undefined) return { name: 'Redirect', url, method: readMethod(element, reading) };
  warnOfSchema(reading.warn, element, `<Redirect> has an invalid URL: '${text}'`);
  return undefined;
}
