// Finds what Twilio's OpenAPI documents say of a request.
import { type Document, type Method, NAMES, readDocument } from './documents.js';

/** One thing that can be asked of Twilio. */
export interface Operation extends Method {
  /** The document it stands in. */
  readonly name: string;
  readonly method: string;
  /** `/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json`. */
  readonly path: string;
}

const METHODS = ['get', 'post', 'delete'] as const;

let known: (Operation & { readonly pattern: RegExp })[] | undefined;

/** Every operation of the documents. */
export function allOperations(): readonly Operation[] {
  return read();
}

/** The operation that a request is; of two that its path (without its query) fits, the one with fewer placeholders. */
export function findOperation(method: string, path: string): Operation | undefined {
  return read().find((operation) => operation.method === method && operation.pattern.test(path));
}

function read() {
  known ??= NAMES.flatMap((name) => operationsOf(name, readDocument(name))).sort(
    (one, other) => countPlaceholders(one.path) - countPlaceholders(other.path),
  );
  return known;
}

function operationsOf(name: string, { paths }: Document) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => method in methods).map((method) => ({
      ...(methods[method] as Method),
      name,
      path,
      method: method.toUpperCase(),
      pattern: new RegExp(`^${path.replace(/[.+]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}$`),
    })),
  );
}

function countPlaceholders(path: string): number {
  return path.split('{').length;
}
