// The child process that runs ngrok's SDK, with one session and one endpoint. It ends with its parent.
import type { Listener, Session } from '@ngrok/ngrok';
import { findSystemCode } from '../../errors.js';
import { version } from '../../version.js';
import type { FromChild, NgrokStage, OpenMessage, ToChild } from './protocol.js';
import { formatRedacted } from './redact.js';

/** The session is lost after this many unanswered heartbeats in a row. */
const MAX_MISSED_HEARTBEATS = 2;

let opened: { readonly session: Session; readonly listener: Listener } | undefined;

process.on('message', (message: ToChild) => void (message.kind === 'open' ? open(message) : close()));
process.on('disconnect', endProcess);
// The parent may have ended while this file was loaded.
if (!process.connected) endProcess();
// Ctrl-C reaches the whole process group, but the parent decides when to end, so that the endpoint is unbound first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => undefined);

async function open(options: OpenMessage): Promise<void> {
  let stage: NgrokStage = 'load';
  try {
    const { SessionBuilder } = await import('@ngrok/ngrok');
    stage = 'session';
    const session = await configureSession(new SessionBuilder(), options).connect();
    stage = 'endpoint';
    const endpoint = session.httpEndpoint().forwardsTo(options.upstream);
    if (options.domain !== undefined) endpoint.domain(options.domain);
    const listener = await endpoint.listenAndForward(options.upstream);
    const { origin } = new URL(listener.url() ?? '');
    opened = { session, listener };
    send({ kind: 'up', publicBase: origin });
    listener.join().then(
      () => reportLost('ngrok closed the endpoint'),
      (error: unknown) => reportLost(formatRedacted(error, options.authtoken)),
    );
  } catch (error) {
    send({
      kind: 'failed',
      stage,
      message: formatRedacted(error, options.authtoken),
      code: findCode(error),
    });
  }
}

function configureSession(builder: import('@ngrok/ngrok').SessionBuilder, options: OpenMessage) {
  builder
    .authtoken(options.authtoken)
    .clientInfo('relay-phone', version)
    .heartbeatInterval(options.heartbeat.intervalSeconds)
    .heartbeatTolerance(options.heartbeat.toleranceSeconds)
    .handleDisconnection((_address, error) => {
      reportLost(formatRedacted(error, options.authtoken));
      return false;
    })
    .handleHeartbeat(createHeartbeatHandler());
  if (options.server !== undefined) builder.serverAddr(options.server);
  if (options.ca !== undefined) builder.caCert(Buffer.from(options.ca));
  return builder;
}

/** The SDK passes null for a heartbeat without an answer, although its type says otherwise. */
function createHeartbeatHandler(): (latencyMs: number | null) => void {
  let missed = 0;
  return (latencyMs) => {
    missed = latencyMs === null ? missed + 1 : 0;
    if (missed === 0) send({ kind: 'beat' });
    if (missed === MAX_MISSED_HEARTBEATS) reportLost('ngrok stopped answering');
  };
}

async function close(): Promise<void> {
  try {
    await opened?.listener.close();
    await opened?.session.close();
  } catch {
    // The session and its endpoint may already be gone.
  }
  endProcess();
}

/** Kills this process, because the SDK's native code may hang and block a normal exit. */
function endProcess(): void {
  process.kill(process.pid, 'SIGKILL');
}

function reportLost(why: string): void {
  if (opened) send({ kind: 'lost', why });
}

/** Sends a message to the parent. Never throws: an exception in a callback of the SDK aborts the process. */
function send(message: FromChild): void {
  try {
    process.send?.(message, undefined, undefined, () => undefined);
  } catch {
    // The parent is gone, and this process ends too.
  }
}

/** The SDK sets `errorCode` only for a session; for an endpoint the code is at the end of the message. */
function findCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return /ERR_NGROK_\d+(?=\s*$)/.exec(error.message)?.[0] ?? findSystemCode(error);
}
