// Generates valid and invalid requests from Twilio's OpenAPI documents.
import fc from 'fast-check';
import type { Schema } from './documents.js';
import type { Operation } from './operations.js';
import { OWN, PHONE } from './populated.js';

/** A request that may be invalid in any way. */
export interface HostileRequest {
  readonly method: string;
  /** Path and query, possibly malformed. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Whether it has the credentials of the account. */
  readonly authentic: boolean;
}

const SID = '0123456789abcdef'.repeat(2);
// Port 1 refuses connections at once; a host name would need DNS.
const URLS = ['http://127.0.0.1:1/x', 'http://[', 'ftp://x', 'http://127.0.0.1:1/#rc=9&ct=1', 'localhost'];
const ODD = [
  '',
  '0',
  '-1',
  '1e9',
  '99999999999',
  'NaN',
  'null',
  '\0',
  '<&>',
  "' OR 1=1",
  '📲',
  'x'.repeat(5000),
];

const odd = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.constantFrom(...ODD, ...URLS));

/** Values that match a schema, as far as it restricts them. */
function fitting(name: string, schema: Schema): fc.Arbitrary<string> {
  const sids = /\^\(?([A-Z]{2})/.exec(schema.pattern ?? '')?.[1];
  if (sids) return fc.constant(sids + SID);
  if (schema.enum) return fc.constantFrom(...schema.enum.map(String));
  if (schema.type === 'boolean') return fc.constantFrom('true', 'false');
  if (schema.type === 'integer' || schema.type === 'number') return fc.integer().map(String);
  if (schema.format === 'uri') return fc.constantFrom(...URLS);
  if (schema.format?.startsWith('date')) return fc.constantFrom('2026-11-25', '2026-11-25T00:00:00Z', '0000');
  if (/Number|^To$|^From$/.test(name)) return fc.constantFrom(OWN, PHONE, '+1', 'anonymous');
  return fc.string({ maxLength: 10 });
}

/** Form-encoded pairs for some of these parameters and an unknown one, some with invalid encoding. */
function pairs(parameters: readonly (readonly [string, Schema])[]): fc.Arbitrary<string> {
  const known = parameters.map(([name, schema]) =>
    fc.tuple(fc.constant(name), fc.oneof({ weight: 3, arbitrary: fitting(name, schema) }, odd)),
  );
  const any = fc.oneof(...known, fc.tuple(fc.constant('Unknown'), odd)).map(encodePair);
  const broken = fc.constantFrom('%', 'To=%zz', 'Body=%E0%A4%A', '&&=&=', 'PageSize', '=');
  return fc
    .array(fc.oneof({ weight: 9, arbitrary: any }, broken), { maxLength: 6 })
    .map((list) => list.join('&'));
}

function encodePair([name, value]: readonly [string, string]): string {
  return `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
}

/** Functions that damage a path or leave it unchanged. */
const astray = fc.oneof(
  { weight: 6, arbitrary: fc.constant((path: string) => path) },
  fc.constantFrom(
    (path: string) => path.replace(/AC[0-9a-f]{32}/, `AC${SID}`),
    (path: string) => path.replace(/(?<!AC)[0-9a-f]{32}(?=(\.json)?$)/, SID),
    (path: string) => path.replace(/\.json$/, ''),
    (path: string) => path.replace(/\.json$/, '.csv'),
    (path: string) => `${path}/`,
    (path: string) => path.replace(/[^/]+$/, '%zz%'),
    (path: string) => path.replace(/[^/]+$/, 'x'.repeat(2000)),
    (path: string) => path.replace(/[^/]+$/, '..%2f..%2fetc'),
    (path: string) => path.replaceAll('/', '//'),
  ),
);

const contentType = fc.constantFrom(
  'application/x-www-form-urlencoded',
  'application/json',
  'multipart/form-data',
  'text/plain; charset=utf-16',
  '/;;',
);

/** Requests for an operation whose path has no placeholders left. */
export function hostileRequests(operation: Operation, path: string): fc.Arbitrary<HostileRequest> {
  const inQuery = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  const form = Object.values(operation.requestBody?.content ?? {})[0]?.schema.properties ?? {};
  return fc
    .record({
      method: fc.oneof(
        { weight: 8, arbitrary: fc.constant(operation.method) },
        fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS', 'HEAD'),
      ),
      turn: astray,
      query: pairs(inQuery.map(({ name, schema }) => [name, schema] as const)),
      body: fc.oneof(
        { weight: 4, arbitrary: pairs(Object.entries(form)).map((text) => Buffer.from(text)) },
        fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
        fc.constant(Buffer.from('{"To":')),
      ),
      type: contentType,
      authentic: fc.integer({ min: 0, max: 19 }).map((chance) => chance > 0),
    })
    .map(({ method, turn, query, body, type, authentic }) => ({
      method,
      target: `${turn(path)}?${query}`,
      headers: { 'Content-Type': type },
      body,
      authentic,
    }));
}
