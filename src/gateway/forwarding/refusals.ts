// Why a signed request is refused, and how many unsigned ones may be on their way to the app.
import type { IncomingMessage } from 'node:http';
import { LOOP_STATUS } from '../exchanges/findings.js';
import { isPlainPath } from '../signature/plain-path.js';
import { hasBody } from './read-webhook.js';

/** The refusal while there is no room for a request. */
export const NO_ROOM = { status: 503, why: 'too many requests at once' } as const;

/** The refusal of a request that the gateway itself has sent. */
export const CAME_BACK = {
  status: LOOP_STATUS,
  why: 'it came back: the address of the app leads to this gateway',
} as const;

/**
 * Returns why a signed request may not go to a path that neither the TwiML app nor a number names; undefined if it may.
 * Twilio's signature covers the URL and the parameters as one text, and not the method. So what Twilio never sends is
 * refused: somebody may have made it from a webhook that they captured.
 */
export function findAmbiguity(incoming: IncomingMessage): string | undefined {
  if (incoming.method === 'GET' && hasBody(incoming)) return 'it is a GET with a body';
  return isPlainPath(incoming.url ?? '') ? undefined : 'servers may read its path as another one';
}

/** The reason of a refusal because of the signature. */
export const INVALID_SIGNATURE = 'its signature is not valid';

/** Counts the requests without a valid signature that are on their way to the app. */
export interface UnsignedRequests {
  isFull(): boolean;
  enter(): void;
  leave(): void;
}

/** Starts to count. @param max from this number on it is full */
export function createUnsignedRequests(max: number): UnsignedRequests {
  let count = 0;
  return {
    isFull: () => count >= max,
    enter: () => {
      count += 1;
    },
    leave: () => {
      count -= 1;
    },
  };
}
