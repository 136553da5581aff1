// Reads an answer line by line, as it arrives: streams of events.
import { createInterface } from 'node:readline';
import { debug } from '../debug.js';
import { openRequest } from './client.js';

/** A request whose answer is a stream of lines. */
export interface LinesRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the stream. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a GET request, and calls `onLine` with each line of the answer. Resolves when the answer is complete.
 *
 * @throws the system's error, or an Error if the answer has another status than 200 or ends early
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
        return reject(new Error(`it answered ${incoming.statusCode}`));
      }
      const lines = createInterface({ input: incoming });
      lines.on('line', onLine);
      lines.on('error', reject);
      lines.on('close', () => (incoming.complete ? resolve() : reject(new Error('the connection was lost'))));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
