// Reads the body of a request to one of our servers, up to a limit.
import type { IncomingMessage } from 'node:http';
import { clearTimeout, setTimeout } from '../real-time.js';

/** Thrown if a body is longer than allowed, or ends early. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody';
  readonly tooLong: boolean;

  constructor(tooLong: boolean) {
    super(tooLong ? 'the body is too long' : 'the body ended early');
    this.tooLong = tooLong;
  }
}

/** Milliseconds that a client gets to read the refusal while it still sends its body. */
const LINGER_MS = 500;

/**
 * Returns the whole body as text.
 *
 * @param maxBytes the highest allowed length
 * @throws UnreadableBody if it is longer, or ends early
 */
export function readBody(incoming: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) return reject(refuse(incoming));
    const chunks: Buffer[] = [];
    let length = 0;
    // A body without Content-Length has to be counted.
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) return void chunks.push(chunk);
      incoming.off('data', take);
      reject(refuse(incoming));
    };
    incoming.on('data', take);
    incoming.on('end', () => resolve(join(chunks)));
    incoming.on('error', () => reject(new UnreadableBody(false)));
  });
}

/** Most bodies come in one piece. */
function join(chunks: readonly Buffer[]): string {
  const [first, ...others] = chunks;
  return others.length === 0 ? (first?.toString() ?? '') : Buffer.concat(chunks).toString();
}

/** Discards the rest of the body, and closes the connection if the client does not stop soon. */
function refuse(incoming: IncomingMessage): UnreadableBody {
  const cut = setTimeout(() => incoming.socket.destroy(), LINGER_MS);
  incoming.once('close', () => clearTimeout(cut)).resume();
  return new UnreadableBody(true);
}
