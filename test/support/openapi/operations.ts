// Finds the operation of a request in Twilio's OpenAPI documents.
import { type Document, type Method, NAMES, readDocument } from './documents.js';

/** An operation of Twilio's API. */
export interface Operation extends Method {
  /** The name of its document. */
  readonly name: string;
  readonly method: string;
  /** `/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json`. */
  readonly path: string;
}

const METHODS = ['get', 'post', 'delete'] as const;

let known: (Operation & { readonly pattern: RegExp })[] | undefined;

/** Returns all operations of the documents. */
export function allOperations(): readonly Operation[] {
  return read();
}

/** Returns the operation of a request, by its path without the query. If two match, the one with fewer placeholders. */
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
