// Marks forwarded requests, so that one that comes back is noticed: the address of the app may lead to the gateway itself.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The mark of one gateway. */
export interface LoopMark {
  /** Adds the mark to the headers of a request to the app. Changes and returns `headers`. */
  mark(headers: string[]): string[];
  /** True if this gateway has forwarded the request before. */
  isMarked(incoming: IncomingMessage): boolean;
}

/**
 * Creates the mark of this run in the header `CDN-Loop` (https://www.rfc-editor.org/rfc/rfc8586). It says nothing else to
 * the app; `Via` would make some servers send their answers uncompressed.
 */
export function createLoopMark(): LoopMark {
  const value = `relay-phone; gateway=${randomBytes(12).toString('hex')}`;
  return {
    mark: (headers) => {
      headers.push('CDN-Loop', value);
      return headers;
    },
    isMarked: ({ headers }) => String(headers['cdn-loop'] ?? '').includes(value),
  };
}
