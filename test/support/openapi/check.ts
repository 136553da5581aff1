// Checks answers of the sandbox against Twilio's OpenAPI documents, field by field.
import { Ajv, type ValidateFunction } from 'ajv';
import { hasDocuments, readDocument, type Schema } from './documents.js';
import { amend, UNDESCRIBED } from './exceptions.js';
import { findOperation, type Operation } from './operations.js';

/** An answer and its request. */
export interface Answered {
  readonly method: string;
  /** Path and query, with or without a host. */
  readonly url: string;
  readonly status: number;
  /** The text, or the parsed JSON. */
  readonly body: unknown;
}

const FORMATS = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  'date-time-rfc-2822': /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000$/,
  currency: /^[A-Za-z]{3}$/,
  'http-method': /^(GET|POST)$/,
  'iso-country-code': /^[A-Z]{2}$/,
};

const ajv = new Ajv({ allErrors: true, strict: false, logger: false, formats: FORMATS });
const validators = new Map<string, ValidateFunction>();

/**
 * Checks that an answer has exactly the fields of Twilio's documents, each with a valid value, and that an error has the
 * shape of a Twilio error. Checks nothing without the documents.
 *
 * @throws Error that lists the deviations.
 */
export function verifyAnswer(answered: Answered): void {
  if (!hasDocuments() || answered.method === 'HEAD') return;
  const deviations = answered.status < 400 ? checkSuccess(answered) : checkRefusal(answered);
  if (deviations.length === 0) return;
  const { method, url, status } = answered;
  throw new Error(`${method} ${url} gave ${status}, and deviates: ${deviations.join('; ')}`);
}

function checkSuccess({ method, url, status, body }: Answered): string[] {
  const { pathname } = new URL(url, 'https://api.twilio.com');
  const operation = findOperation(method, pathname);
  if (!operation) return UNDESCRIBED.test(pathname) ? [] : ['the documents have no such operation'];
  const described = operation.responses[status];
  if (!described) return [`the documents have only ${Object.keys(operation.responses)}`];
  if (!described.content) return body === '' || body === undefined ? [] : ['it has a body'];
  const validate = validatorOf(operation, status);
  validate(parse(body));
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** The shape of an error, by https://www.twilio.com/docs/usage/twilios-response. */
function checkRefusal({ status, body }: Answered): string[] {
  if (typeof body === 'string' && body.startsWith('<?xml')) return checkXml(body, status);
  const refusal = parse(body) as Record<string, unknown>;
  const { code, message } = refusal;
  const shape = { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  const isRight =
    Number.isInteger(code) &&
    typeof message === 'string' &&
    JSON.stringify(refusal) === JSON.stringify(shape);
  return isRight ? [] : [`no refusal of Twilio's: ${JSON.stringify(body)}`];
}

function checkXml(body: string, status: number): string[] {
  const shape =
    /<TwilioResponse><RestException><Code>(\d+)<\/Code><Message>[^<]+<\/Message><MoreInfo>https:\/\/www\.twilio\.com\/docs\/errors\/\1<\/MoreInfo><Status>(\d+)<\/Status><\/RestException><\/TwilioResponse>$/;
  return shape.exec(body)?.[2] === String(status) ? [] : [`no refusal of Twilio's: ${body}`];
}

function parse(body: unknown): unknown {
  return typeof body === 'string' ? JSON.parse(body) : body;
}

function validatorOf({ name, path, method }: Operation, status: number): ValidateFunction {
  const key = `${method} ${path} ${status}`;
  const known = validators.get(key);
  if (known) return known;
  if (!ajv.getSchema(name)) ajv.addSchema(makeStrict(name), name);
  const pointer = ['paths', path, method.toLowerCase(), 'responses', status, 'content', 'application/json'];
  const $ref = `${name}#/${[...pointer, 'schema'].map(escapePointer).join('/')}`;
  const validate = ajv.compile({ $ref });
  validators.set(key, validate);
  return validate;
}

function escapePointer(part: string | number): string {
  return encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** Returns the schema with all fields required and no others allowed. */
function makeStrict(name: string): object {
  const document = readDocument(name);
  for (const [component, schema] of Object.entries(document.components.schemas)) {
    strictly(amend(component, schema));
  }
  for (const methods of Object.values(document.paths)) {
    for (const method of Object.values(methods)) strictlyAnswer(method as Partial<Operation>);
  }
  return document;
}

function strictlyAnswer({ operationId, responses = {} }: Partial<Operation>): void {
  for (const { content = {} } of Object.values(responses)) {
    for (const { schema } of Object.values(content)) strictly(amend(operationId ?? '', schema));
  }
}

function strictly(schema: Schema): void {
  // JSON Schema has no `nullable`, and Ajv accepts it only next to a type.
  if (schema.nullable && schema.type === undefined) delete schema.nullable;
  if (schema.nullable && schema.enum) schema.enum.push(null);
  if (schema['x-twilio']?.overrideType) schema.type = schema['x-twilio'].overrideType;
  if (schema.items) strictly(schema.items);
  if (!schema.properties) return;
  schema.required ??= Object.keys(schema.properties);
  schema.additionalProperties = false;
  for (const property of Object.values(schema.properties)) strictly(property);
}
