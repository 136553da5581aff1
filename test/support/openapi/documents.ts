// Reads Twilio's OpenAPI documents, which `fetch.ts` has fetched.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Their folder, which git ignores; named after the package that contains them. */
export const FOLDER = resolve(
  import.meta.dirname,
  '../../../node_modules/.cache/relay-phone/twilio-cli-core-8.3.2',
);

/** The documents that cover the sandbox. Not `pricing_v2`, because its paths would hide those of `lookups_v2`. */
export const NAMES = ['api_v2010', 'lookups_v1', 'lookups_v2', 'messaging_v1', 'monitor_v1', 'pricing_v1'];

/** The reason to skip a test that needs the documents; details are printed when the tests start. */
export const NO_DOCUMENTS = "Twilio's OpenAPI documents could not be had";

/** A JSON Schema in the dialect of OpenAPI 3.0. */
export interface Schema {
  type?: string;
  nullable?: boolean;
  enum?: (string | null)[];
  format?: string;
  pattern?: string;
  $ref?: string;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: boolean;
  anyOf?: Schema[];
  /** `overrideType` is the type on the wire if it differs from `type`. */
  'x-twilio'?: { overrideType?: string };
}

/** One method of a path. */
export interface Method {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: Schema }> }>;
}

/** The parts of an OpenAPI document that the tests read. */
export interface Document {
  readonly paths: Record<string, Record<string, unknown>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

/** Whether the documents were fetched. */
export function hasDocuments(): boolean {
  return existsSync(FOLDER);
}

/** Reads one of {@link NAMES}. @throws the system error if the file is missing */
export function readDocument(name: string): Document {
  return JSON.parse(readFileSync(join(FOLDER, `twilio_${name}.json`), 'utf8')) as Document;
}
