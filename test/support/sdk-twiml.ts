// Reads Twilio's SDK: the elements that its TwiML classes build, and their attributes.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import twilio from 'twilio';
import { elementsOf } from '../../src/sandbox/twiml/element.js';
import { parseXml, type XmlElement } from '../../src/sandbox/twiml/xml.js';

/** The classes for a whole document. */
export type SdkDocument = 'VoiceResponse' | 'MessagingResponse';

/** An element that a class of the SDK builds. */
export interface SdkElement {
  readonly document: SdkDocument;
  /** The methods that build it, from the document on: `['dial', 'number']`. */
  readonly path: readonly string[];
  /** The class of the SDK, such as `SsmlBreak`. */
  readonly className: string;
  /** Its name in XML. */
  readonly name: string;
  /** The TypeScript types of its attributes, by name. */
  readonly attributes: ReadonlyMap<string, string>;
}

/** A class of the SDK when it is called by the names of its methods. */
export interface SdkBuilder {
  readonly [method: string]: (attributes: object, text: string) => SdkBuilder;
}

/** What the declarations of a document's class say. */
interface Declarations {
  /** The methods of a class that build an element: the class of that, and the interface of its attributes. */
  readonly methods: (
    className: string,
  ) => ReadonlyMap<string, { built: string; attributes: string | undefined }>;
  readonly attributes: (interfaceName: string) => ReadonlyMap<string, string>;
  /** The values of a type that lists them. */
  readonly values: (typeName: string) => readonly string[] | undefined;
}

/** Returns the `<Response>` of a document. */
export function findSdkRoot(document: SdkDocument): SdkElement {
  return { document, path: [], className: document, name: 'Response', attributes: new Map() };
}

/** Returns the elements that an element can hold, as its class builds them. */
export function listSdkElements(parent: SdkElement): SdkElement[] {
  const { document } = parent;
  const { methods, attributes } = declarationsOf(document);
  return [...methods(parent.className)].map(([method, found]) => {
    const path = [...parent.path, method];
    return {
      document,
      path,
      className: found.built,
      name: findName(document, path),
      attributes: found.attributes === undefined ? new Map() : attributes(found.attributes),
    };
  });
}

/** Returns the values that a type of the SDK lists; undefined for `string` and the like. */
export function listSdkValues(document: SdkDocument, type: string): readonly string[] | undefined {
  return declarationsOf(document).values(type);
}

/** Starts a document. `toString` returns its XML. */
export function startSdkDocument(document: SdkDocument): SdkBuilder {
  return new twilio.twiml[document]() as unknown as SdkBuilder;
}

/** Builds an element and returns its name in the XML. */
function findName(document: SdkDocument, path: readonly string[]): string {
  const root = startSdkDocument(document);
  let builder = root;
  for (const method of path) builder = call(builder, method, {}, '');
  let element: XmlElement | undefined = parseXml(String(root));
  for (const _method of path) element = element && elementsOf(element)[0];
  return element?.name ?? '';
}

/** Calls a method of a builder. */
export function call(builder: SdkBuilder, method: string, attributes: object, text: string): SdkBuilder {
  const build = builder[method];
  if (!build) throw new Error(`The SDK has no method ${method}`);
  return build.call(builder, attributes, text);
}

const cache = new Map<SdkDocument, Declarations>();

function declarationsOf(document: SdkDocument): Declarations {
  const known = cache.get(document) ?? readDeclarations(document);
  cache.set(document, known);
  return known;
}

function readDeclarations(document: SdkDocument): Declarations {
  const file = createRequire(import.meta.url).resolve(`twilio/lib/twiml/${document}.d.ts`);
  const source = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  // Neither classes nor interfaces have braces inside.
  const classes = new Map([...source.matchAll(/class (\w+) extends TwiML \{([^{}]*)\}/g)].map(readBlock));
  const interfaces = new Map([...source.matchAll(/interface (\w+) \{([^{}]*)\}/g)].map(readBlock));
  const types = new Map([...source.matchAll(/type (\w+) = ([^;]*);/g)].map(readBlock));
  return {
    methods: (className) => readMethods(classes.get(className) ?? ''),
    attributes: (name) =>
      new Map([...(interfaces.get(name) ?? '').matchAll(/"?([\w:-]+)"?\?: ([^;]*);/g)].map(readBlock)),
    values: (type) => types.get(type)?.match(/(?<=")[^"|]+(?=")/g) ?? undefined,
  };
}

function readBlock([, name = '', body = '']: RegExpMatchArray): [string, string] {
  return [name, body];
}

function readMethods(body: string): Map<string, { built: string; attributes: string | undefined }> {
  const methods = new Map<string, { built: string; attributes: string | undefined }>();
  for (const [, method = '', taken = '', built = ''] of body.matchAll(/(\w+)\((.*)\): \w+\.(\w+);/g)) {
    const attributes = /attributes\??: \w+\.(\w+)/.exec(taken)?.[1] ?? methods.get(method)?.attributes;
    methods.set(method, { built, attributes });
  }
  return methods;
}
