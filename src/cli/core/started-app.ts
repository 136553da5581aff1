// Waits for an app that we started, until it answers or has ended.
import type { Agent } from 'node:http';
import { type ErrorKind, RelayPhoneError } from '../../errors.js';
import { sendRequest } from '../../http/send.js';
import type { StartedProgram } from '../../programs/start.js';
import { waitForApp } from './app.js';
import type { CliPorts } from './ports.js';

/** An app that was started, and how long it is waited for. */
export interface StartedApp {
  readonly program: StartedProgram;
  readonly origin: string;
  /** Of the error when it ends before it answers. */
  readonly endedKind: ErrorKind;
  /** Milliseconds for its first answer, once it accepts connections. */
  readonly timeoutMs: number;
  readonly agent?: Agent | undefined;
  /** Ends the wait for its port, as if it were open. */
  readonly signal?: AbortSignal;
}

/**
 * Resolves when the app has answered a request. An open port alone says little: an app may open it before it is ready.
 *
 * @throws RelayPhoneError of `endedKind` when the app ends first; NoAnswer when it accepts connections and gives no answer.
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
  { origin, timeoutMs, agent, signal }: StartedApp,
  waiting: AbortSignal,
): Promise<void> {
  await waitForApp(ports, origin, () => undefined, waiting);
  if (waiting.aborted && !signal?.aborted) return;
  await sendRequest({ method: 'GET', url: new URL('/', origin), timeout: timeoutMs, agent, signal });
}

function endedEarly(code: number, origin: string, kind: ErrorKind): RelayPhoneError {
  return new RelayPhoneError({
    kind,
    task: 'start the app',
    reason: `it ended with ${code} before it answered at ${origin}`,
    tryNext: ['look at what it printed', '--app URL, when it listens elsewhere'],
  });
}
