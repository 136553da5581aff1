// Reads the body of a REST request, up to a limit.
import type { IncomingMessage } from 'node:http';
import { readBody as readUpTo, UnreadableBody } from '../../http/body.js';
import { TwilioProblem } from './problem.js';

/** Bytes: many times what the longest request of Twilio's API needs. */
const LONGEST = 1_048_576;

/**
 * The whole body, as text.
 *
 * @throws TwilioProblem 20413 when it is longer than a mebibyte, 20400 when it breaks off.
 */
export function readRestBody(incoming: IncomingMessage): Promise<string> {
  return readUpTo(incoming, LONGEST).catch((error: unknown) => {
    throw error instanceof UnreadableBody ? toProblem(error) : error;
  });
}

function toProblem({ tooLong }: UnreadableBody): TwilioProblem {
  return tooLong
    ? new TwilioProblem(413, 20413, 'Request Entity Too Large')
    : new TwilioProblem(400, 20400, 'The request body breaks off');
}
