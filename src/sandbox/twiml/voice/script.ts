// Reads what TwiML for calls says to do, and what is not right with it.
import {
  elementsOf,
  findUrl,
  type Reading,
  readElementText,
  readMethod,
  readUrl,
  type Warning,
  warnOfAttributes,
  warnOfSchema,
} from '../element.js';
import type { XmlElement } from '../xml.js';
import { readAddress, readCount, readFlag, readRecordingCallback, readWordList } from './attributes.js';
import { readDial } from './dial.js';
import { VOICE_ATTRIBUTES } from './schema.js';
import type { Enqueue, Gather, Prompt, RecordVerb, VoiceVerb } from './verbs.js';

/** A document, read. */
export interface VoiceScript {
  readonly verbs: readonly VoiceVerb[];
  readonly warnings: readonly Warning[];
}

/**
 * Reads a `<Response>`. See https://www.twilio.com/docs/voice/twiml.
 *
 * @param base the URL it came from, which the URLs in it are relative to; undefined when it came with the request
 *   that placed the call
 */
export function readVoiceScript(root: XmlElement, base: string | undefined): VoiceScript {
  const warnings: Warning[] = [];
  const reading: Reading = { base, warn: (code, message) => void warnings.push({ code, message }) };
  warnOfAttributes(root, VOICE_ATTRIBUTES.Response, reading.warn);
  const verbs = root.children.flatMap((child) => readVerb(child, reading) ?? []);
  return { verbs, warnings };
}

function readVerb(child: XmlElement | string, reading: Reading): VoiceVerb | undefined {
  const { warn } = reading;
  if (typeof child === 'string') {
    if (child.trim() !== '') warnOfSchema(warn, `'${child.trim()}' stands outside of a verb`);
    return undefined;
  }
  const read = Object.hasOwn(READERS, child.name) ? READERS[child.name] : undefined;
  if (!read) {
    warnOfSchema(warn, `<${child.name}> is no verb that is known here`);
    return undefined;
  }
  warnOfAttributes(child, VOICE_ATTRIBUTES[child.name], warn);
  return read(child, reading);
}

const READERS: Readonly<Record<string, (element: XmlElement, reading: Reading) => VoiceVerb | undefined>> = {
  Say: readPrompt,
  Play: readPrompt,
  Pause: readPrompt,
  Gather: readGather,
  Record: readRecord,
  Dial: readDial,
  Enqueue: readEnqueue,
  Redirect: readRedirect,
  Reject: (element, reading) => ({
    name: 'Reject',
    reason: readWordList(element, 'reason', reading, ['rejected', 'busy'])[0] ?? 'rejected',
  }),
  Hangup: () => ({ name: 'Hangup' }),
  Leave: () => ({ name: 'Leave' }),
};

function readPrompt(element: XmlElement, reading: Reading): Prompt | undefined {
  const loop = () => readCount(element, 'loop', reading, { least: 0, most: 1000, fallback: 1 });
  if (element.name === 'Say') return { name: 'Say', text: spokenText(element), loop: loop() };
  if (element.name === 'Play') return readPlay(element, reading, loop());
  const length = readCount(element, 'length', reading, { least: 0, most: 86_400, fallback: 1 });
  return { name: 'Pause', length };
}

function readPlay(element: XmlElement, reading: Reading, loop: number): Prompt | undefined {
  const digits = element.attributes.get('digits') ?? '';
  const url = findUrl(readElementText(element), reading.base);
  if (url === undefined && digits === '') {
    warnOfSchema(reading.warn, `<Play> has '${readElementText(element)}' to play`);
    return undefined;
  }
  return { name: 'Play', url, digits, loop };
}

/** All the words in it, also those inside of SSML. */
function spokenText({ children }: XmlElement): string {
  const words = children.map((child) => (typeof child === 'string' ? child : spokenText(child)));
  return words.join('').replace(/\s+/g, ' ').trim();
}

function readGather(element: XmlElement, reading: Reading): Gather {
  const input = readWordList(element, 'input', reading, ['dtmf', 'speech']);
  const partialResults = ['partialResultCallback', 'partialResultCallbackMethod'] as const;
  const prompts = elementsOf(element).flatMap((child) => readNested(child, reading) ?? []);
  return {
    name: 'Gather',
    action: readUrl(element, 'action', reading),
    method: readMethod(element, reading),
    input: input.length > 0 ? input : ['dtmf'],
    timeout: readCount(element, 'timeout', reading, { least: 0, most: 86_400, fallback: 5 }),
    finishOnKey: element.attributes.get('finishOnKey') ?? '#',
    numDigits: readCount(element, 'numDigits', reading, { least: 1, most: 1000, fallback: UNLIMITED }),
    actionOnEmptyResult: readFlag(element, 'actionOnEmptyResult', reading),
    partialResultCallback: readAddress(element, ...partialResults, reading),
    prompts,
  };
}

const UNLIMITED = Number.POSITIVE_INFINITY;

function readNested(child: XmlElement, reading: Reading): Prompt | undefined {
  if (!['Say', 'Play', 'Pause'].includes(child.name)) {
    warnOfSchema(reading.warn, `<${child.name}> cannot stand in <Gather>`);
    return undefined;
  }
  warnOfAttributes(child, VOICE_ATTRIBUTES[child.name], reading.warn);
  return readPrompt(child, reading);
}

function readRecord(element: XmlElement, reading: Reading): RecordVerb {
  return {
    name: 'Record',
    action: readUrl(element, 'action', reading),
    method: readMethod(element, reading),
    timeout: readCount(element, 'timeout', reading, { least: 0, most: 86_400, fallback: 5 }),
    finishOnKey: element.attributes.get('finishOnKey') ?? '1234567890*#',
    maxLength: readCount(element, 'maxLength', reading, { least: 1, most: 14_400, fallback: 3600 }),
    playBeep: readFlag(element, 'playBeep', reading, true),
    callback: readRecordingCallback(element, reading),
    transcribe: readFlag(element, 'transcribe', reading),
    transcribeCallback: readUrl(element, 'transcribeCallback', reading),
  };
}

function readEnqueue(element: XmlElement, reading: Reading): Enqueue {
  return {
    name: 'Enqueue',
    queue: readElementText(element),
    action: readUrl(element, 'action', reading),
    method: readMethod(element, reading),
    wait: readAddress(element, 'waitUrl', 'waitUrlMethod', reading),
  };
}

function readRedirect(element: XmlElement, reading: Reading): VoiceVerb | undefined {
  const url = findUrl(readElementText(element), reading.base);
  if (url !== undefined) return { name: 'Redirect', url, method: readMethod(element, reading) };
  warnOfSchema(reading.warn, `<Redirect> leads to '${readElementText(element)}'`);
  return undefined;
}
