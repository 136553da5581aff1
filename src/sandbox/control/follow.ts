// Reads the events that a sandbox in another process sends.
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { debug } from '../../debug.js';
import type { SandboxEvent } from '../events/event.js';
import type { ControlAddress } from './client.js';
import { formatQuery, unreachable } from './send.js';

/** Which events to read. */
export interface Following {
  /** Only those of a trace; the sandbox ends the stream when nothing of it is under way. Default: all, without end. */
  readonly traceId?: string;
  /** Begins with those after this id. Default: with the next. */
  readonly since?: number;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/**
 * Calls `onEvent` for each event, and resolves when the stream has come to its end or `signal` ended it.
 *
 * @throws RelayPhoneError `network` when the sandbox is not there, or goes away.
 */
export function followEvents(
  { origin, controlToken }: ControlAddress,
  { traceId, since, signal }: Following,
  onEvent: (event: SandboxEvent) => void,
): Promise<void> {
  const url = `${origin}/_sandbox/events${formatQuery({ trace: traceId, since })}`;
  debug('http', () => `send GET ${url}`);
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => (signal?.aborted ? resolve() : reject(unreachable(origin, cause)));
    const options = { headers: { authorization: `Bearer ${controlToken}` }, ...(signal && { signal }) };
    const outgoing = request(url, options, (incoming) => {
      incoming.on('error', fail);
      if (incoming.statusCode !== 200) return void fail(new Error(`it answered ${incoming.statusCode}`));
      const lines = createInterface({ input: incoming });
      lines.on('line', (line) => {
        // What was on its way when it was ended is no longer asked for.
        if (signal?.aborted || !line.startsWith('data: ')) return;
        onEvent(JSON.parse(line.slice('data: '.length)) as SandboxEvent);
      });
      lines.on('error', fail);
      lines.on('close', () => (incoming.complete ? resolve() : fail(undefined)));
    });
    outgoing.on('error', fail);
    outgoing.end();
  });
}
