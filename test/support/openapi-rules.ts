// Checks an OpenAPI 3.1 document against the rules of https://spec.openapis.org/oas/v3.1.1.html that our documents need.
import { Ajv2020 } from 'ajv/dist/2020.js';

type Json = Record<string, unknown>;

/** The schemas of the document's own objects; a schema object is checked as JSON Schema. */
const DOCUMENT = {
  type: 'object',
  required: ['openapi', 'info', 'paths', 'components'],
  additionalProperties: false,
  properties: {
    openapi: { type: 'string', pattern: '^3\\.1\\.\\d+$' },
    info: {
      type: 'object',
      required: ['title', 'version'],
      additionalProperties: false,
      properties: {
        title: { type: 'string' },
        version: { type: 'string' },
        license: { type: 'object', required: ['name'] },
      },
    },
    servers: { type: 'array', items: { type: 'object', required: ['url'] } },
    security: { $ref: '#/$defs/security' },
    paths: {
      type: 'object',
      propertyNames: { pattern: '^/' },
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(
          ['get', 'post', 'put', 'delete'].map((method) => [method, { $ref: '#/$defs/operation' }]),
        ),
      },
    },
    components: {
      type: 'object',
      additionalProperties: false,
      properties: {
        schemas: { type: 'object', propertyNames: { pattern: '^[a-zA-Z0-9._-]+$' } },
        responses: { type: 'object', additionalProperties: { $ref: '#/$defs/response' } },
        securitySchemes: { type: 'object' },
      },
    },
  },
  $defs: {
    security: { type: 'array', items: { type: 'object', additionalProperties: { type: 'array' } } },
    content: {
      type: 'object',
      propertyNames: { pattern: '^[a-z]+/[a-z-]+$' },
      additionalProperties: {
        type: 'object',
        required: ['schema'],
        additionalProperties: false,
        properties: { schema: true },
      },
    },
    response: {
      oneOf: [
        {
          type: 'object',
          required: ['description'],
          additionalProperties: false,
          properties: { description: { type: 'string' }, content: { $ref: '#/$defs/content' } },
        },
        {
          type: 'object',
          required: ['$ref'],
          additionalProperties: false,
          properties: { $ref: { type: 'string' } },
        },
      ],
    },
    operation: {
      type: 'object',
      required: ['operationId', 'responses'],
      additionalProperties: false,
      properties: {
        operationId: { type: 'string' },
        summary: { type: 'string' },
        tags: { type: 'array', items: { type: 'string', minLength: 1 } },
        security: { $ref: '#/$defs/security' },
        parameters: {
          type: 'array',
          items: {
            type: 'object',
            required: ['name', 'in', 'schema'],
            additionalProperties: false,
            properties: {
              name: { type: 'string' },
              in: { enum: ['path', 'query'] },
              required: { type: 'boolean' },
              description: { type: 'string' },
              schema: { type: 'object' },
            },
          },
        },
        requestBody: {
          type: 'object',
          required: ['content'],
          additionalProperties: false,
          properties: { required: { type: 'boolean' }, content: { $ref: '#/$defs/content' } },
        },
        responses: {
          type: 'object',
          minProperties: 1,
          propertyNames: { pattern: '^[1-5]\\d\\d$' },
          additionalProperties: { $ref: '#/$defs/response' },
        },
      },
    },
  },
};

/** Returns what is wrong with a document; empty if nothing is. */
export function findOpenApiFaults(document: unknown): string[] {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  const validate = ajv.compile(DOCUMENT);
  if (!validate(document)) return (validate.errors ?? []).map((error) => ajv.errorsText([error]));
  const { paths } = document as unknown as { paths: Record<string, Record<string, Json>> };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, operation })),
  );
  return [
    ...findRepeated(operations.map(({ operation }) => String(operation.operationId))),
    ...operations.flatMap(({ path, operation }) => findParameterFaults(path, operation)),
    ...findBadReferences(document as Json),
    ...findSchemas(document).flatMap((schema) =>
      ajv.validateSchema(schema as Json) ? [] : [`${JSON.stringify(schema)}: ${ajv.errorsText()}`],
    ),
  ];
}

function findRepeated(names: readonly string[]): string[] {
  return names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} is used twice`);
}

/** Each part of the path in braces needs a required parameter, and the other way round. */
function findParameterFaults(path: string, { parameters = [] }: Json): string[] {
  const own = (parameters as Json[]).filter((parameter) => parameter.in === 'path');
  const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const isRight =
    own.every(({ required }) => required === true) &&
    wanted.toSorted().join() ===
      own
        .map(({ name }) => name)
        .toSorted()
        .join();
  return isRight ? [] : [`${path}: its parameters are not those in its braces`];
}

function findBadReferences(document: Json): string[] {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, to = '']) => to);
  return references.filter((to) => {
    const parts = to.split('/');
    const found = parts.slice(1).reduce<unknown>((at, part) => (at as Json | undefined)?.[part], document);
    return parts[0] !== '#' || found === undefined;
  });
}

/** All schema objects of the document. */
function findSchemas(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    if (name === 'schema') return [part];
    return name === 'schemas' ? Object.values(part as Json) : findSchemas(part);
  });
}
