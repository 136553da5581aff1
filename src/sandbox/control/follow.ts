// Reads the events that a sandbox in another process sends.
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import type { SandboxEvent } from '../events/event.js';
import type { ControlAddress } from './client.js';
import { unreachable } from './send.js';

/**
 * Calls `onEvent` for each event of a trace, from its first on, and resolves when nothing of it is under way.
 *
 * @throws RelayPhoneError `network` when the sandbox is not there, or goes away.
 */
export function followTrace(
  { origin, controlToken }: ControlAddress,
  traceId: string,
  onEvent: (event: SandboxEvent) => void,
): Promise<void> {
  const url = `${origin}/_sandbox/events?since=0&trace=${encodeURIComponent(traceId)}`;
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => reject(unreachable(origin, cause));
    const outgoing = request(url, { headers: { authorization: `Bearer ${controlToken}` } }, (incoming) => {
      incoming.on('error', fail);
      if (incoming.statusCode !== 200) return void fail(new Error(`it answered ${incoming.statusCode}`));
      const lines = createInterface({ input: incoming });
      lines.on('line', (line) => {
        if (line.startsWith('data: ')) onEvent(JSON.parse(line.slice('data: '.length)) as SandboxEvent);
      });
      lines.on('error', fail);
      lines.on('close', () => (incoming.complete ? resolve() : fail(undefined)));
    });
    outgoing.on('error', fail);
    outgoing.end();
  });
}
