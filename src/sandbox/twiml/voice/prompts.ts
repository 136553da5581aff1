// Reads <Say>, <Play> and <Pause>, which <Gather> may contain too.
import {
  type ElementSchema,
  findUrl,
  type Reading,
  readCount,
  readDialKeys,
  readElementText,
  warnOfSchema,
} from '../element.js';
import type { XmlElement } from '../xml.js';

/** Something that a caller hears, or waits through. */
export type Prompt = SayVerb | PlayVerb | PauseVerb;

/** See https://www.twilio.com/docs/voice/twiml/say. */
export interface SayVerb {
  readonly name: 'Say';
  /** All words, including those inside SSML elements. */
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

/** How prompts are read. */
export const PROMPT_SCHEMAS = {
  Say: {
    attributes: ['voice', 'language', 'loop'],
    read: (element, reading): SayVerb => ({
      name: 'Say',
      text: readSpokenText(element),
      loop: readLoop(element, reading),
    }),
  },
  Play: { attributes: ['loop', 'digits'], read: readPlay },
  Pause: {
    attributes: ['length'],
    read: (element, reading): PauseVerb => ({
      name: 'Pause',
      length: readCount(element, 'length', reading, { min: 0, max: 86_400, fallback: 1 }),
    }),
  },
} as const satisfies Record<Prompt['name'], ElementSchema<Prompt>>;

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

function readSpokenText({ children }: XmlElement): string {
  const words = children.map((child) => (typeof child === 'string' ? child : readSpokenText(child)));
  return words.join('').replace(/\s+/g, ' ').trim();
}
