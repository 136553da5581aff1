// Reads SSML, the elements in <Say> that say how words are spoken.
import { ANY_VALUE, defineElement, type ElementSchema, listNames } from '../schema.js';
import type { XmlElement } from '../xml.js';

/** The words of `<Say>` or of an SSML element in it. `<sub>` has its alias spoken instead of its own words. */
export function readSpokenText(element: XmlElement): string {
  const words = element.children.map((child) => (typeof child === 'string' ? child : readWords(child)));
  return words.join('').replace(/\s+/g, ' ').trim();
}

function readWords(element: XmlElement): string {
  const alias = element.name === 'sub' ? element.attributes.get('alias') : undefined;
  return alias || readSpokenText(element);
}

/**
 * The elements that `<Say>` may hold. All but `<sub>` change only the sound. See
 * https://www.twilio.com/docs/voice/twiml/say/text-speech#ssml.
 */
export const SSML_SCHEMAS: Readonly<Record<string, ElementSchema>> = {
  break: defineSound('strength time'),
  emphasis: defineSound('level', 'break emphasis lang phoneme prosody say-as sub w'),
  lang: defineSound('xml:lang', 'break emphasis lang p phoneme prosody s say-as sub w'),
  p: defineSound('', 'break emphasis lang phoneme prosody s say-as sub w'),
  phoneme: defineSound('alphabet ph'),
  prosody: defineSound('pitch rate volume', 'break emphasis lang p phoneme prosody s say-as sub w'),
  s: defineSound('', 'break emphasis lang phoneme prosody say-as sub w'),
  'say-as': defineSound('format interpret-as'),
  sub: defineElement('alias'),
  w: defineSound('role', 'break emphasis phoneme prosody say-as sub'),
};

/** @param inside the names of the SSML elements that this one may hold, separated by spaces */
function defineSound(attributes: string, inside = ''): ElementSchema {
  const checks = Object.fromEntries(listNames(attributes).map((name) => [name, ANY_VALUE]));
  return {
    ...defineElement('', { checks }),
    // The elements hold each other.
    get elements() {
      return pick(inside);
    },
  };
}

function pick(names: string): ElementSchema['elements'] {
  const wanted = listNames(names);
  return Object.fromEntries(Object.entries(SSML_SCHEMAS).filter(([name]) => wanted.includes(name)));
}
