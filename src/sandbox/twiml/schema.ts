// The schema of TwiML: the elements and attributes that the sandbox has, ignores or lacks, and the check of a document.

import type { Unsupported } from '../platform/events/unsupported.js';
import { elementsOf, type Warn, warnOfSchema, warnOfValue } from './element.js';
import type { XmlElement } from './xml.js';

/** An element that Twilio documents: what the sandbox does with it, its attributes, and the elements in it. */
export interface ElementSchema {
  /** True if the sandbox lacks the whole element, and with it all that is in it. */
  readonly isMissing: boolean;
  /** The attributes that have Twilio's effect. Their readers check the values. */
  readonly does: readonly string[];
  /** The attributes that have no effect where words stand for sound, by name. A value that does not match is warned of. */
  readonly checks: Readonly<Record<string, RegExp>>;
  /** The attributes whose effect the sandbox lacks, by name, with the values that ask for what it does anyway. */
  readonly missing: Readonly<Record<string, readonly string[]>>;
  /** The elements that this one may hold, by name. */
  readonly elements: Readonly<Record<string, ElementSchema>>;
  /** Returns the warning about an element that this one may not hold. Default: 12200. */
  readonly describeUnknown?: (name: string) => readonly [code: number, message: string] | undefined;
}

/** Matches any value of an attribute. */
export const ANY_VALUE = /^/;

/** The attributes of all XML: namespaces, and those that say where a schema is. */
const XML_ATTRIBUTES = /^xml(ns)?(:|$)|^xsi:/;

/** Creates the schema of an element that the sandbox has. @param does names, separated by spaces */
export function defineElement(does: string, rest: Partial<Omit<ElementSchema, 'does'>> = {}): ElementSchema {
  return { isMissing: false, does: listNames(does), checks: {}, missing: {}, elements: {}, ...rest };
}

/** Creates the schema of an element that the sandbox lacks. @param attributes names, separated by spaces */
export function defineMissingElement(
  attributes = '',
  elements: ElementSchema['elements'] = {},
): ElementSchema {
  const missing = Object.fromEntries(listNames(attributes).map((name) => [name, []]));
  return { isMissing: true, does: [], checks: {}, missing, elements };
}

/** Splits names that are separated by spaces. */
export function listNames(names: string): string[] {
  return names.split(' ').filter((name) => name !== '');
}

/**
 * Checks a `<Response>` against its schema. Warns about what Twilio does not have either.
 *
 * @returns what Twilio has and the sandbox lacks, each thing once
 */
export function checkDocument(root: XmlElement, schema: ElementSchema, warn: Warn): readonly Unsupported[] {
  const lacks = new Map<string, Unsupported>();
  checkElement(root, schema, {
    warn,
    lack: (what, name) => void lacks.set(name, { what, name, host: null }),
  });
  return [...lacks.values()];
}

/** Takes what is found in a document. */
interface Findings {
  readonly warn: Warn;
  /** Takes the name of something that Twilio has and the sandbox lacks, such as `<Dial><Client>`. */
  readonly lack: (what: Unsupported['what'], name: string) => void;
}

function checkElement(element: XmlElement, schema: ElementSchema, findings: Findings): void {
  checkAttributes(element, schema, findings);
  for (const child of elementsOf(element)) {
    const inner = findOwn(schema.elements, child.name);
    if (!inner) warnOfUnknownElement(child, element, schema, findings.warn);
    else if (!inner.isMissing) checkElement(child, inner, findings);
    else {
      if (isRoot(element)) findings.lack('verb', `<${child.name}>`);
      else findings.lack('noun', `<${element.name}><${child.name}>`);
      // Only the outermost missing element is reported.
      checkElement(child, inner, { ...findings, lack: () => {} });
    }
  }
}

function isRoot({ name }: XmlElement): boolean {
  return name === 'Response';
}

function warnOfUnknownElement(
  unknown: XmlElement,
  parent: XmlElement,
  { describeUnknown }: ElementSchema,
  warn: Warn,
): void {
  const { name } = unknown;
  const described = describeUnknown?.(name);
  if (described) warn(...described, unknown);
  else if (isRoot(parent)) warnOfSchema(warn, unknown, `<${name}> is not a known verb`);
  else warnOfSchema(warn, unknown, `<${name}> is not allowed in <${parent.name}>`);
}

function checkAttributes(
  element: XmlElement,
  { does, checks, missing }: ElementSchema,
  { warn, lack }: Findings,
): void {
  for (const [name, text] of element.attributes) {
    if (does.includes(name) || XML_ATTRIBUTES.test(name)) continue;
    const value = text.trim().toLowerCase();
    const valid = findOwn(checks, name);
    const harmless = findOwn(missing, name);
    if (!valid && !harmless) warnOfSchema(warn, element, `<${element.name}> has no attribute ${name}`);
    else if (value === '') continue;
    else if (harmless && !harmless.includes(value)) lack('attribute', `<${element.name} ${name}>`);
    else if (valid && !valid.test(value)) warnOfValue(element, name, text, warn);
  }
}

/** An element can have the name of something that every object inherits, such as `constructor`. */
function findOwn<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
