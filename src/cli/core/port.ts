// The port of the relay, where webhooks wait until they can be answered.
import type { RequestListener } from 'node:http';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { type Listening, listen } from '../../http/listen.js';

/** Milliseconds that a whole webhook may take to come. */
const PATIENCE = 10_000;

/** What stands at the port before the relay does. */
export interface RequestGate {
  /** Holds every request until the gate is open. */
  readonly listener: RequestListener;
  open(listener: RequestListener): void;
}

/** Makes a gate that is shut. */
export function createRequestGate(): RequestGate {
  let open: (listener: RequestListener) => void = () => undefined;
  const opened = new Promise<RequestListener>((resolve) => {
    open = resolve;
  });
  return { listener: async (incoming, outgoing) => (await opened)(incoming, outgoing), open };
}

/** @throws RelayPhoneError `needsUser` when the port cannot be had. */
export async function openPort(
  listener: RequestListener,
  port: number,
  host: string,
  command: 'serve' | 'tunnel',
): Promise<Listening> {
  try {
    return await listen(listener, { port, host, requestTimeoutMs: PATIENCE });
  } catch (error) {
    const code = findSystemCode(error);
    throw new RelayPhoneError({
      kind: 'needsUser',
      task: `listen on ${host}:${port}`,
      reason: code === 'EADDRINUSE' ? 'another program does already' : `the system says ${code ?? error}`,
      tryNext: ['end the other program', `relay-phone ${command} --port 0, for any free port`],
      cause: error,
    });
  }
}
