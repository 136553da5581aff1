// Reads an answer line by line, as it arrives: streams of events.
import { debug } from '../debug.js';
import { openRequest } from './client.js';

/** A request whose answer is a stream of lines. */
export interface LinesRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the stream. */
  readonly signal?: AbortSignal | undefined;
}

/** Thrown for an answer with another status than 200. */
export class UnexpectedStatus extends Error {
  constructor(status: number | undefined) {
    super(`it answered ${status}`);
  }
}

/**
 * Sends a GET request, and calls `onLine` with each line of the answer, as it ends with a line feed. Resolves when the
 * answer is complete.
 *
 * @throws the system's error, UnexpectedStatus, or an Error if the answer ends early
 */
export function streamLines(
  { url, headers, signal }: LinesRequest,
  onLine: (line: string) => void,
): Promise<void> {
  debug('http', () => `send GET ${url}`);
  return new Promise((resolve, reject) => {
    const outgoing = openRequest(url, { headers, ...(signal && { signal }) });
    outgoing.on('response', (incoming) => {
      incoming.on('error', reject);
      if (incoming.statusCode !== 200) {
        outgoing.destroy();
        return reject(new UnexpectedStatus(incoming.statusCode));
      }
      // Not node:readline, which also ends lines at U+2028 and U+2029.
      let rest = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) onLine(line);
      });
      incoming.on('close', () => {
        if (!incoming.complete) return reject(new Error('the connection was lost'));
        if (rest !== '') onLine(rest);
        resolve();
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
