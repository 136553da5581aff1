// Reads the body of a REST request, up to a limit.
import type { IncomingMessage } from 'node:http';
import { TwilioProblem } from './problem.js';
import type { RestContext } from './rest.js';

/** Bytes: many times what the longest request of Twilio's API needs. */
const LONGEST = 1_048_576;

/**
 * The whole body, as text.
 *
 * @throws TwilioProblem 20413 when it is longer than a mebibyte, 20400 when it breaks off.
 */
export function readBody({ req, env }: RestContext): Promise<string> {
  const { incoming } = env;
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = incoming.headers;
  if (Number(length) > LONGEST) throw tooLong();
  // Past the length it was told, node:http lets nothing through; without one, the bytes have to be counted.
  return encoding === undefined ? req.raw.text().catch(breakOff) : readCounted(incoming);
}

function readCounted(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= LONGEST) return void chunks.push(chunk);
      incoming.off('data', take);
      reject(tooLong());
    };
    incoming.on('data', take);
    incoming.once('end', () => resolve(Buffer.concat(chunks).toString()));
    incoming.once('error', () => breakOff().catch(reject));
  });
}

async function breakOff(): Promise<never> {
  throw new TwilioProblem(400, 20400, 'The request body breaks off');
}

function tooLong(): TwilioProblem {
  return new TwilioProblem(413, 20413, 'Request Entity Too Large');
}
