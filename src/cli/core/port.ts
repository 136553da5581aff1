// The port that a command listens on: why it cannot, and how webhooks wait there until they can be answered.
import type { RequestListener } from 'node:http';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { findConnectionLimit } from '../../http/connection-limit.js';
import { type Listening, listen } from '../../http/listen.js';
import { formatAuthority } from '../../origin.js';
import { describeListener, findListener } from '../../programs/listeners.js';

/** What the system reports of a host to listen on that it does not have. */
const NO_SUCH_HOST: readonly string[] = ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL'];
/** How long a webhook may take to arrive completely. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Holds requests that arrive before there is something to answer them. */
export interface RequestGate {
  /** Keeps every request waiting until the gate is open. */
  readonly listener: RequestListener;
  open(listener: RequestListener): void;
}

/** Creates a closed gate. */
export function createRequestGate(): RequestGate {
  let open: (listener: RequestListener) => void = () => undefined;
  const opened = new Promise<RequestListener>((resolve) => {
    open = resolve;
  });
  return { listener: async (incoming, outgoing) => (await opened)(incoming, outgoing), open };
}

/**
 * Listens on a port that strangers may reach; 0 means any free port.
 *
 * @param command for the advice to choose another port
 * @throws RelayPhoneError `needsUser` if the port is taken or not allowed.
 */
export async function openPort(
  listener: RequestListener,
  port: number,
  host: string,
  command: 'serve' | 'tunnel' | 'conformance',
): Promise<Listening> {
  try {
    const maxConnections = findConnectionLimit();
    return await listen(listener, { port, host, requestTimeoutMs: REQUEST_TIMEOUT_MS, maxConnections });
  } catch (error) {
    throw cannotListen(error, port, host, command);
  }
}

/** True for the system's error of a server that could not be opened. */
export function isListenError(error: unknown): boolean {
  return (
    error instanceof Error &&
    'syscall' in error &&
    ['listen', 'bind', 'getaddrinfo'].includes(String(error.syscall))
  );
}

/** Explains why a server could not be opened. @param command for the advice to choose another port */
export function cannotListen(error: unknown, port: number, host: string, command: string): RelayPhoneError {
  const code = findSystemCode(error) ?? String(error);
  const isHost = NO_SUCH_HOST.includes(code);
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `listen on ${formatAuthority(host, port)}`,
    reason: isHost
      ? `${host} is not an address of this machine (${code})`
      : code === 'EADDRINUSE'
        ? `${describeHolder(port)} uses this port`
        : `the system reports ${code}`,
    tryNext: isHost
      ? ['--host 127.0.0.1, for this machine only', '--host 0.0.0.0, for every address of this machine']
      : ['stop the other program', `relay-phone ${command} --port 0, for any free port`],
    cause: error,
  });
}

function describeHolder(port: number): string {
  const listener = findListener(port);
  return listener ? describeListener(listener) : 'another program';
}
