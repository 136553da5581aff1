// Reads TwiML for calls: a <Response>, its verbs, and what is wrong with it. URLs become absolute, times are seconds.

import type { Unsupported } from '../../platform/events/unsupported.js';
import {
  type ElementSchema,
  findUrl,
  type Reading,
  ROOT_ATTRIBUTES,
  readElement,
  readElementText,
  readMethod,
  readUrl,
  readUrlWithMethod,
  readWordList,
  startReading,
  type TwimlUrl,
  type Warning,
  warnOfAttributes,
  warnOfSchema,
} from '../element.js';
import type { XmlElement } from '../xml.js';
import { DIAL_SCHEMA } from './dial.js';
import { GATHER_SCHEMA } from './gather.js';
import { PROMPT_SCHEMAS } from './prompts.js';
import { RECORD_SCHEMA } from './record.js';

/** A document that was read. */
export interface VoiceScript {
  readonly verbs: readonly VoiceVerb[];
  readonly warnings: readonly Warning[];
  /** What Twilio has and the sandbox lacks. */
  readonly lacks: readonly Unsupported[];
}

/** A verb of a document. */
export type VoiceVerb = Exclude<
  ReturnType<(typeof VERB_SCHEMAS)[keyof typeof VERB_SCHEMAS]['read']>,
  undefined
>;

/** See https://www.twilio.com/docs/voice/twiml/enqueue. */
export interface Enqueue {
  readonly name: 'Enqueue';
  /** The name of the queue. */
  readonly queue: string;
  readonly action: string | undefined;
  readonly method: string;
  /** The document that runs while the caller waits; undefined: music. */
  readonly wait: TwimlUrl | undefined;
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
  const { reading, warnings, lacks } = startReading(base);
  warnOfAttributes(root, ROOT_ATTRIBUTES, reading.warn);
  const verbs = root.children.flatMap((child) => readVerb(child, root, reading) ?? []);
  return { verbs, warnings, lacks };
}

function readVerb(child: XmlElement | string, root: XmlElement, reading: Reading): VoiceVerb | undefined {
  const { warn, lack } = reading;
  if (typeof child === 'string') {
    if (child.trim() !== '') warnOfSchema(warn, root, `text outside of a verb: '${child.trim()}'`);
    return undefined;
  }
  const schema = findVerbSchema(child.name);
  if (schema) return readElement(child, schema, reading);
  if (MISSING_VERBS.includes(child.name)) lack('verb', `<${child.name}>`);
  else warnOfSchema(warn, child, `<${child.name}> is not a known verb`);
  return undefined;
}

/** See https://www.twilio.com/docs/voice/twiml#twiml-verbs. `<Echo>` is only in the SDKs. */
const MISSING_VERBS: readonly string[] = ['Connect', 'Echo', 'Pay', 'Prompt', 'Refer', 'Start', 'Stop'];

/** The verbs. A new one is one more entry here, and one in `voice/verbs/verbs.ts`. */
const VERB_SCHEMAS = {
  ...PROMPT_SCHEMAS,
  Dial: DIAL_SCHEMA,
  Enqueue: {
    attributes: ['action', 'method', 'waitUrl', 'waitUrlMethod', 'workflowSid'],
    read: (element, reading): Enqueue => {
      // TaskRouter decides where such a call goes.
      if (element.attributes.has('workflowSid')) reading.lack('attribute', '<Enqueue workflowSid>');
      return {
        name: 'Enqueue',
        queue: readElementText(element),
        action: readUrl(element, 'action', reading),
        method: readMethod(element, reading),
        wait: readUrlWithMethod(element, 'waitUrl', 'waitUrlMethod', reading),
      };
    },
  },
  Gather: GATHER_SCHEMA,
  Hangup: { attributes: [], read: () => ({ name: 'Hangup' }) as const },
  Leave: { attributes: [], read: () => ({ name: 'Leave' }) as const },
  Record: RECORD_SCHEMA,
  Redirect: { attributes: ['method'], read: readRedirect },
  Reject: {
    attributes: ['reason'],
    read: (element, reading): Reject => ({
      name: 'Reject',
      reason: readWordList(element, 'reason', reading, ['rejected', 'busy'])[0] ?? 'rejected',
    }),
  },
  Sms: {
    attributes: ['to', 'from', 'action', 'method', 'statusCallback'],
    read: (element, reading): Sms => ({
      name: 'Sms',
      body: readElementText(element),
      to: element.attributes.get('to') || undefined,
      from: element.attributes.get('from') || undefined,
      action: readUrl(element, 'action', reading),
      method: readMethod(element, reading),
      statusCallback: readUrl(element, 'statusCallback', reading),
    }),
  },
} as const satisfies Record<string, ElementSchema<{ readonly name: string }>>;

function findVerbSchema(name: string): ElementSchema<VoiceVerb> | undefined {
  if (!Object.hasOwn(VERB_SCHEMAS, name)) return undefined;
  return VERB_SCHEMAS[name as keyof typeof VERB_SCHEMAS];
}

/** Without a URL it leads to its own document, as in Twilio's agent of a queue, who goes on to the next caller. */
function readRedirect(element: XmlElement, reading: Reading): Redirect | undefined {
  const text = readElementText(element);
  const url = text === '' ? reading.base : findUrl(text, reading.base);
  if (url !== undefined) return { name: 'Redirect', url, method: readMethod(element, reading) };
  warnOfSchema(reading.warn, element, `<Redirect> has an invalid URL: '${text}'`);
  return undefined;
}
