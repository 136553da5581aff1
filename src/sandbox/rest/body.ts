// Reads the body of a REST request, up to a limit.
import type { IncomingMessage } from 'node:http';
import { TwilioProblem } from './problem.js';

/** Bytes: many times what the longest request of Twilio's API needs. */
const LONGEST = 1_048_576;

/** Milliseconds a client has to read that its body is too long, while it may still be sending it. */
const LINGER = 500;

/**
 * The whole body, as text.
 *
 * @throws TwilioProblem 20413 when it is longer than a mebibyte, 20400 when it breaks off.
 */
export function readBody(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    if (Number(incoming.headers['content-length'] ?? 0) > LONGEST) return reject(refuse(incoming));
    const chunks: Buffer[] = [];
    let length = 0;
    // Without a length it was told, the bytes have to be counted.
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= LONGEST) return void chunks.push(chunk);
      incoming.off('data', take);
      reject(refuse(incoming));
    };
    incoming.on('data', take);
    incoming.once('end', () => resolve(Buffer.concat(chunks).toString()));
    incoming.once('error', () => reject(new TwilioProblem(400, 20400, 'The request body breaks off')));
  });
}

/** Lets what still comes go by, but not for long. */
function refuse(incoming: IncomingMessage): TwilioProblem {
  const cut = setTimeout(() => incoming.socket.destroy(), LINGER);
  incoming.once('close', () => clearTimeout(cut)).resume();
  return new TwilioProblem(413, 20413, 'Request Entity Too Large');
}
