// Reads the body of a request to a server of ours, up to a limit.
import type { IncomingMessage } from 'node:http';

/** A body that cannot be had whole: it is longer than allowed, or breaks off. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody';
  readonly tooLong: boolean;

  constructor(tooLong: boolean) {
    super(tooLong ? 'the body is too long' : 'the body breaks off');
    this.tooLong = tooLong;
  }
}

/** Milliseconds a client has to read that its body is too long, while it may still be sending it. */
const LINGER = 500;

/**
 * The whole body, as text.
 *
 * @param longest how many bytes it may have
 * @throws UnreadableBody
 */
export function readBody(incoming: IncomingMessage, longest: number): Promise<string> {
  return new Promise((resolve, reject) => {
    if (Number(incoming.headers['content-length'] ?? 0) > longest) return reject(refuse(incoming));
    const chunks: Buffer[] = [];
    let length = 0;
    // Without a length it was told, the bytes have to be counted.
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= longest) return void chunks.push(chunk);
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

/** Lets what still comes go by, but not for long. */
function refuse(incoming: IncomingMessage): UnreadableBody {
  const cut = setTimeout(() => incoming.socket.destroy(), LINGER);
  incoming.once('close', () => clearTimeout(cut)).resume();
  return new UnreadableBody(true);
}
