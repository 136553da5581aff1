// The OpenAPI document of the control API (https://spec.openapis.org/oas/v3.1.1.html), made from its contract.
import * as z from 'zod';
import { version } from '../../../version.js';
import type { RouteContract } from './route.js';
import { CONTROL_ROUTES } from './routes.js';

/** The body of every refusal. */
export const refusalSchema = z
  .strictObject({
    error: z.string().describe('why, as a clause'),
    task: z.string().describe('what failed, as the rest of "Failed to …"'),
    tryNext: z.array(z.string()).describe('what to do next, most promising first'),
  })
  .meta({ id: 'Refusal' });

/** The refusals that every route may answer with. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The request is wrong.',
  401: 'The token is missing, or is not that of this sandbox.',
  403: 'The Host is not this machine with the port of the sandbox, or a web page sent the request.',
  404: 'There is no such route or resource.',
  504: 'What the request waited for did not come in time.',
  507: 'The disk of this machine is full, read-only or broken: what the request wrote is lost.',
};

/** What the parameters in paths are. */
const PATH_PARAMETERS: Readonly<Record<string, string>> = {
  number: 'a phone number in any usual spelling; for a phone also a short code, MYBANK or any other sender',
  phone: 'a phone number in any usual spelling, or a short code',
  sender: 'a number of the account in any usual spelling, or the SID of a Messaging Service',
  country: 'the ISO 3166 code of a country, such as GB',
  sid: 'the SID of a call',
  id: 'the id of the resource',
};

/** A part of the document. */
export type JsonObject = { readonly [name: string]: unknown };

/** Creates the document. @param appVersion the version of relay-phone */
export function createOpenApiDocument(appVersion: string = version): JsonObject {
  const schemas: Record<string, unknown> = {};
  const convert = (type: z.ZodType, io: 'input' | 'output') => convertSchema(type, io, schemas);
  convert(refusalSchema, 'output');
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of CONTROL_ROUTES) {
    paths[route.path] = { ...paths[route.path], [route.method]: describeRoute(route, convert) };
  }
  const responses = Object.fromEntries(
    Object.entries(REFUSALS).map(([status, description]) => [
      `Refused${status}`,
      {
        description,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
      },
    ]),
  );
  return {
    openapi: '3.1.1',
    info: {
      title: 'The control API of the sandbox of relay-phone',
      version: appVersion,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/_sandbox' }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas,
      responses,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'controlToken of sandbox.json in the state folder',
        },
      },
    },
  };
}

type Convert = (type: z.ZodType, io: 'input' | 'output') => JsonObject;

function describeRoute(route: RouteContract, convert: Convert): JsonObject {
  const { method, path, summary, body, answers } = route;
  const isOpen = ['/hello', '/health'].includes(path);
  const parameters = describeParameters(route, convert);
  const refusals = Object.keys(REFUSALS).filter((status) => !(isOpen && status === '401'));
  return {
    operationId: nameOperation(method, path),
    summary,
    tags: [path.split('/')[1]?.replace('.json', '') ?? ''],
    ...(isOpen && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: { 'application/json': { schema: convert(body, 'input') } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, describeAnswer(answer, convert)]),
      ),
      ...Object.fromEntries(
        refusals.map((status) => [status, { $ref: `#/components/responses/Refused${status}` }]),
      ),
    },
  };
}

function describeParameters({ path, query }: RouteContract, convert: Convert): readonly JsonObject[] {
  const inPath = [...path.matchAll(/\{([a-z]+)\}/gi)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: PATH_PARAMETERS[name],
    schema: { type: 'string' },
  }));
  const properties = query ? (convert(query, 'input').properties as Record<string, JsonObject>) : {};
  const inQuery = Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    ...(description !== undefined && { description }),
    schema,
  }));
  return [...inPath, ...inQuery];
}

function describeAnswer(answer: z.ZodType | null, convert: Convert): JsonObject {
  if (!answer) return { description: 'Done.' };
  const schema = convert(answer, 'output');
  const type = String(schema.contentMediaType ?? 'application/json');
  return { description: 'The answer.', content: { [type]: { schema } } };
}

/** `GET /phones/{number}/next-text` is `getPhonesNumberNextText`. */
function nameOperation(method: string, path: string): string {
  const words = path.split(/[^A-Za-z]+/).filter((word) => word !== '');
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** Converts a schema; the parts of it that have an id go to `schemas`, and references take their places. */
function convertSchema(
  type: z.ZodType,
  io: 'input' | 'output',
  schemas: Record<string, unknown>,
): JsonObject {
  // In a field, a schema with an id is a reference, too.
  const { $defs = {}, properties = {} } = z.toJSONSchema(z.strictObject({ schema: type }), { io });
  const relocate = (schema: unknown) =>
    JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonObject;
  for (const [name, { id: _id, ...schema }] of Object.entries($defs)) schemas[name] = relocate(schema);
  return relocate(properties.schema);
}
