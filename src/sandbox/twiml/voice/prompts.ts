// Reads <Say>, <Play> and <Pause>, which <Gather> may contain too.
import { findUrl, type Reading, readCount, readDialKeys, readElementText, warnOfSchema } from '../element.js';
import { ANY_VALUE, defineElement, type ElementSchema } from '../schema.js';
import type { XmlElement } from '../xml.js';
import { readSpokenText, SSML_SCHEMAS } from './ssml.js';

/** Something that a caller hears, or waits through. */
export type Prompt = SayVerb | PlayVerb | PauseVerb;

/** See https://www.twilio.com/docs/voice/twiml/say. */
export interface SayVerb {
  readonly name: 'Say';
  /** All words, including those inside SSML elements; an alias instead of the words that it stands for. */
  readonly text: string;
  /** How often to play it; 0 means without end. */
  readonly loop: number;
}

/** See https://www.twilio.com/docs/voice/twiml/play. */
export interface PlayVerb {
  readonly name: 'Play';
  /** Undefined if there are only digits to play. */
  readonly url: string | undefined;
  readonly digits: string;
  /** How often to play it; 0 means without end. */
  readonly loop: number;
}

/** See https://www.twilio.com/docs/voice/twiml/pause. */
export interface PauseVerb {
  readonly name: 'Pause';
  /** Seconds. */
  readonly length: number;
}

const SAY_SCHEMA = defineElement('loop', {
  checks: { voice: ANY_VALUE, language: ANY_VALUE },
  elements: SSML_SCHEMAS,
});

/** What prompts may have. */
export const PROMPT_SCHEMAS = {
  Say: SAY_SCHEMA,
  Play: defineElement('loop digits'),
  Pause: defineElement('length'),
} as const satisfies Record<Prompt['name'], ElementSchema>;

/** How prompts are read. Returns undefined, after a warning, for a prompt that cannot be used. */
export const PROMPT_READERS = {
  Say: (element: XmlElement, reading: Reading): SayVerb => ({
    name: 'Say',
    text: readSpokenText(element),
    loop: readLoop(element, reading),
  }),
  Play: readPlay,
  Pause: (element: XmlElement, reading: Reading): PauseVerb => ({
    name: 'Pause',
    length: readCount(element, 'length', reading, { min: 0, max: 86_400, fallback: 1 }),
  }),
} as const satisfies Record<Prompt['name'], (element: XmlElement, reading: Reading) => Prompt | undefined>;

function readPlay(element: XmlElement, reading: Reading): PlayVerb | undefined {
  const digits = readDialKeys(element, 'digits', reading);
  const url = findUrl(readElementText(element), reading.base);
  const loop = readLoop(element, reading);
  if (url === undefined && digits === '') {
    if (!element.attributes.get('digits'))
      warnOfSchema(reading.warn, element, `<Play> has an invalid URL: '${readElementText(element)}'`);
    return undefined;
  }
  return { name: 'Play', url, digits, loop };
}

function readLoop(element: XmlElement, reading: Reading): number {
  return readCount(element, 'loop', reading, { min: 0, max: 1000, fallback: 1 });
}
