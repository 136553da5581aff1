// Reads JUnit XML with libxml2, and validates it by a schema.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { XmlDocument, type XmlNode, XsdValidator } from 'libxml2-wasm';

/** A test as a CI system shows it. */
export interface JunitCase {
  readonly suite: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** The attribute `message` of `<failure>` or `<skipped>`. */
  readonly message: string | undefined;
  readonly text: string;
}

const SCHEMA = readFileSync(resolve(import.meta.dirname, 'junit.xsd'), 'utf8');

/** @throws XmlParseError or XmlValidateError if it is not valid JUnit XML */
export function readJunit(xml: string): JunitCase[] {
  const [document, schema] = [XmlDocument.fromString(xml), XmlDocument.fromString(SCHEMA)];
  const validator = XsdValidator.fromDoc(schema);
  try {
    validator.validate(document);
    return document.find('/testsuites/testsuite/testcase').map(readCase);
  } finally {
    for (const one of [validator, schema, document]) one.dispose();
  }
}

function readCase(test: XmlNode): JunitCase {
  const read = (path: string) => String(test.eval(`string(${path})`));
  const outcome = test.get('failure') ? 'failed' : test.get('skipped') ? 'skipped' : 'passed';
  return {
    suite: read('../@name'),
    name: read('@name'),
    outcome,
    message: outcome === 'passed' ? undefined : read('*[1]/@message'),
    text: read('.'),
  };
}
