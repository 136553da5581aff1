// Waits until the app on this machine answers.
import type { Agent } from 'node:http';
import { type ErrorKind, RelayPhoneError } from '../../errors.js';
import { appAgentFor } from '../../http/client.js';
import { verifyReachable } from '../../http/connection.js';
import { sendRequest } from '../../http/send.js';
import { readHost } from '../../origin.js';
import type { StartedProgram } from '../../programs/start.js';
import type { CliPorts } from './ports.js';

const POLL_INTERVAL_MS = 200;
const SLOW_MS = 20_000;
const CONNECT_TIMEOUT_MS = 5000;

/** An app that was started, and how to wait for it. */
export interface StartedApp {
  readonly program: StartedProgram;
  readonly origin: string;
  /** The kind of the error if the app ends before it answers. */
  readonly endedKind: ErrorKind;
  /** How long the first answer may take, once the app accepts connections. */
  readonly timeoutMs: number;
  /** Default: straight to the app. */
  readonly agent?: Agent | undefined;
  /** Ends the wait for the port as if it were open. */
  readonly signal?: AbortSignal;
}

/**
 * Waits until the app has answered a request. An open port is not enough: an app may open it before it is ready.
 *
 * @throws RelayPhoneError of `endedKind` if the app ends first; NoAnswer if it accepts connections and does not answer.
 */
export async function waitForStartedApp(ports: CliPorts, app: StartedApp): Promise<void> {
  const { program, origin, endedKind, signal } = app;
  const over = new AbortController();
  const ended = program.ended.then((code) => {
    if (!over.signal.aborted) throw endedEarly(code, origin, endedKind);
  });
  try {
    const waiting = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
    await Promise.race([ended, waitForAnswer(ports, app, waiting)]);
  } finally {
    over.abort();
  }
}

async function waitForAnswer(
  ports: CliPorts,
  { origin, timeoutMs, agent = appAgentFor(new URL(origin)), signal }: StartedApp,
  waiting: AbortSignal,
): Promise<void> {
  await waitForApp(ports, origin, () => undefined, waiting);
  if (waiting.aborted && !signal?.aborted) return;
  await sendRequest({ method: 'GET', url: new URL('/', origin), timeoutMs, agent, signal });
}

function endedEarly(code: number, origin: string, kind: ErrorKind): RelayPhoneError {
  return new RelayPhoneError({
    kind,
    task: 'start the app',
    reason: `it ended with ${code} before it answered at ${origin}`,
    tryNext: ['read what it printed', '--app URL, if it listens elsewhere'],
  });
}

/** Waits until something accepts connections at `origin`. Calls `onSlow` once, if that takes 20 seconds. */
export async function waitForApp(
  ports: Pick<CliPorts, 'sleep' | 'now'>,
  origin: string,
  onSlow: () => void,
  signal: AbortSignal,
): Promise<void> {
  const start = ports.now();
  for (let isTold = false; !signal.aborted && !(await isListening(origin)); ) {
    if (!isTold && ports.now() - start > SLOW_MS) {
      isTold = true;
      onSlow();
    }
    await ports.sleep(POLL_INTERVAL_MS);
  }
}

/** True if something accepts connections at `origin`. Sends nothing. */
export function isListening(origin: string): Promise<boolean> {
  const url = new URL(origin);
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  return verifyReachable(readHost(url), port, AbortSignal.timeout(CONNECT_TIMEOUT_MS)).then(
    () => true,
    () => false,
  );
}
