// Every verb, noun and attribute of Twilio's SDK is in the schema of TwiML, and what the sandbox lacks of it is reported.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  call,
  findSdkRoot,
  listSdkElements,
  listSdkValues,
  type SdkBuilder,
  type SdkDocument,
  type SdkElement,
  startSdkDocument,
} from '../../../test/support/sdk-twiml.js';
import { MESSAGING_SCHEMA, readMessagingScript } from './messaging/script.js';
import { type ElementSchema, listNames } from './schema.js';
import { readVoiceScript, VOICE_SCHEMA } from './voice/script.js';
import { parseXml } from './xml.js';

const BASE = 'https://app.example.com/twiml';

const DOCUMENTS = {
  VoiceResponse: { schema: VOICE_SCHEMA, read: readVoiceScript },
  MessagingResponse: { schema: MESSAGING_SCHEMA, read: readMessagingScript },
};

/** What the schema has and the SDK has not, and where Twilio documents it. */
const NOT_IN_SDK: Readonly<Record<string, string>> = {
  '<Response version>': 'the warning 12101 is about it',
  '<Response><Sms> in MessagingResponse': 'a valid verb of the page about the warning 14110',
  '<Dial callReason>': 'in the table of attributes of the page about <Dial>',
  '<Start><Recording name>': 'the page about <Recording> stops a recording by its name',
  '<Stop><Recording>': 'the page about <Recording> names it',
  '<Connect><Assistant>': 'in earlier versions of the SDK',
  '<Transcription enableProviderData>': 'seen in a real call',
  ...Object.fromEntries(
    listNames(
      'backgroundNoiseReduction deepgramSmartFormat eotThreshold ignoreBackchannel speechTimeout',
    ).map((name) => [`<ConversationRelay ${name}>`, 'the spelling of the page about <ConversationRelay>']),
  ),
};

describe('the schema of TwiML', () => {
  it('has each verb, noun and attribute of the SDK in one list, and nothing else without a reason', () => {
    const differences = (Object.keys(DOCUMENTS) as SdkDocument[]).flatMap((document) =>
      findDifferences(findSdkRoot(document), DOCUMENTS[document].schema, new Set()),
    );
    expect([...new Set(differences)].sort()).toEqual(Object.keys(NOT_IN_SDK).sort());
  });
});

/** @param seen the pairs that were compared, because the elements of SSML hold each other */
function findDifferences(sdk: SdkElement, schema: ElementSchema, seen: Set<string>): string[] {
  const { name, document } = sdk;
  const children = new Map(listSdkElements(sdk).map((child) => [child.name, child]));
  const { does, checks, missing } = schema;
  const listed = [...does, ...Object.keys(checks), ...Object.keys(missing)];
  const own = sdk.path.length > 1 && name === 'Recording' ? '<Start><Recording' : `<${name}`;
  const attributes = [...symmetricDifference(listed, [...sdk.attributes.keys()])].map(
    (one) => `${own} ${one}>`,
  );
  const twice = listed.filter((one, at) => listed.indexOf(one) !== at).map((one) => `${own} ${one}> twice`);
  const elements = [...symmetricDifference(Object.keys(schema.elements), [...children.keys()])].map(
    (one) => `<${name}><${one}>${document === 'MessagingResponse' ? ` in ${document}` : ''}`,
  );
  const deeper = [...children.values()].flatMap((child) => {
    const inner = schema.elements[child.name];
    const pair = `${sdk.className} ${child.className}`;
    if (!inner || seen.has(pair)) return [];
    seen.add(pair);
    return findDifferences(child, inner, seen);
  });
  return [...attributes, ...twice, ...elements, ...deeper];
}

function symmetricDifference(one: readonly string[], other: readonly string[]): Set<string> {
  return new Set([
    ...one.filter((name) => !other.includes(name)),
    ...other.filter((name) => !one.includes(name)),
  ]);
}

type AttributeValue = string | number | boolean | readonly string[];

/** An element to build, and what is in it. */
interface Plan {
  readonly sdk: SdkElement;
  readonly attributes: Readonly<Record<string, AttributeValue | undefined>>;
  readonly inside: readonly Plan[];
}

/** Elements that the SDK can build in another one. @param depth how many levels */
function plans(parent: SdkElement, depth: number): fc.Arbitrary<Plan[]> {
  const children = depth === 0 ? [] : listSdkElements(parent);
  if (children.length === 0) return fc.constant([]);
  const each = children.map((sdk) =>
    fc.record({ sdk: fc.constant(sdk), attributes: attributesOf(sdk), inside: plans(sdk, depth - 1) }),
  );
  return fc.array(fc.oneof(...each), { maxLength: 3 });
}

function attributesOf({ document, attributes }: SdkElement): fc.Arbitrary<Plan['attributes']> {
  const values = [...attributes].map(([name, type]) => [name, valuesOf(document, name, type)] as const);
  return fc.record(Object.fromEntries(values), { requiredKeys: [] });
}

function valuesOf(document: SdkDocument, name: string, type: string): fc.Arbitrary<AttributeValue> {
  const listed = listSdkValues(document, type.replace('[]', ''));
  if (listed)
    return type.endsWith('[]') ? fc.subarray([...listed], { minLength: 1 }) : fc.constantFrom(...listed);
  if (type === 'boolean') return fc.boolean();
  if (type === 'number') return fc.integer({ min: 1, max: 9 });
  if (/method$/i.test(name)) return fc.constantFrom('GET', 'POST');
  if (/url$|callback$|^action$/i.test(name)) return fc.constantFrom('/next', `${BASE}?a=1`);
  return fc.constant(name === 'finishOnKey' ? '#' : '1');
}

function build(builder: SdkBuilder, { sdk, attributes, inside }: Plan): void {
  const child = call(builder, sdk.path.at(-1) ?? '', attributes, BASE);
  for (const plan of inside) build(child, plan);
}

/** The names of what the sandbox lacks of the elements. */
function findLacks(elements: readonly Plan[], parent: ElementSchema, parentName: string): string[] {
  return elements.flatMap(({ sdk, attributes, inside }) => {
    const schema = parent.elements[sdk.name];
    if (!schema || schema.isMissing)
      return [`${parentName === 'Response' ? '' : `<${parentName}>`}<${sdk.name}>`];
    const missing = Object.entries(attributes)
      .filter(([name, value]) => schema.missing[name] && !schema.missing[name].includes(String(value)))
      .map(([name]) => `<${sdk.name} ${name}>`);
    return [...missing, ...findLacks(inside, schema, sdk.name)];
  });
}

describe('a document of the SDK', () => {
  it.each(Object.keys(DOCUMENTS) as SdkDocument[])(
    'of the class %s is read without a warning, and each thing that is missing is reported once [T F550]',
    (document) => {
      const { schema, read } = DOCUMENTS[document];
      fc.assert(
        fc.property(plans(findSdkRoot(document), 4), (elements) => {
          const root = startSdkDocument(document);
          for (const plan of elements) build(root, plan);
          const { warnings, lacks } = read(parseXml(String(root)), BASE);
          expect(warnings).toEqual([]);
          const expected = new Set(findLacks(elements, schema, 'Response'));
          expect(lacks.map(({ name }) => name).sort()).toEqual([...expected].sort());
        }),
      );
    },
  );

  it.each(Object.keys(DOCUMENTS) as SdkDocument[])(
    'of the class %s has a warning 12200 for each attribute that Twilio does not have [S F551]',
    (document) => {
      fc.assert(
        fc.property(
          plans(findSdkRoot(document), 2),
          fc.constantFrom('toString', 'constructor', 'machinedetection', 'Voice', 'x'),
          (elements, name) => {
            const root = startSdkDocument(document);
            for (const plan of elements)
              build(root, { ...plan, attributes: { ...plan.attributes, [name]: '1' } });
            const { warnings } = DOCUMENTS[document].read(parseXml(String(root)), BASE);
            expect(warnings.map(({ code }) => code)).toEqual(elements.map(() => 12200));
          },
        ),
      );
    },
  );
});
