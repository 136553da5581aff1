// The process that runs ngrok's SDK: one session, one endpoint, and it ends with the program that started it.
import type { Listener, Session } from '@ngrok/ngrok';
import { findSystemCode } from '../../errors.js';
import { version } from '../../version.js';
import type { FromChild, NgrokStage, OpenMessage, ToChild } from './protocol.js';
import { formatRedacted } from './redact.js';

/** So many heartbeats in a row without an answer, and the session is gone. */
const MAX_MISSED_HEARTBEATS = 2;

let open: { readonly session: Session; readonly listener: Listener } | undefined;

process.on('message', (message: ToChild) => void (message.kind === 'open' ? run(message) : close()));
process.on('disconnect', end);
// The program may have ended while this file was loaded.
if (!process.connected) end();
// Ctrl-C reaches the whole process group; when to end is for the program to say, so that the endpoint is unbound first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

async function run(order: OpenMessage): Promise<void> {
  let stage: NgrokStage = 'load';
  try {
    const { SessionBuilder } = await import('@ngrok/ngrok');
    stage = 'session';
    const session = await configureSession(new SessionBuilder(), order).connect();
    stage = 'endpoint';
    const endpoint = session.httpEndpoint().forwardsTo(order.upstream);
    if (order.domain !== undefined) endpoint.domain(order.domain);
    const listener = await endpoint.listenAndForward(order.upstream);
    const { origin } = new URL(listener.url() ?? '');
    open = { session, listener };
    send({ kind: 'up', publicBase: origin });
    listener.join().then(
      () => reportLost('ngrok closed the endpoint'),
      (error: unknown) => reportLost(formatRedacted(error, order.authtoken)),
    );
  } catch (error) {
    send({
      kind: 'failed',
      stage,
      message: formatRedacted(error, order.authtoken),
      code: findCode(error),
    });
  }
}

function configureSession(builder: import('@ngrok/ngrok').SessionBuilder, order: OpenMessage) {
  builder
    .authtoken(order.authtoken)
    .clientInfo('relay-phone', version)
    .heartbeatInterval(order.heartbeat.intervalSeconds)
    .heartbeatTolerance(order.heartbeat.toleranceSeconds)
    .handleDisconnection((_address, error) => {
      reportLost(formatRedacted(error, order.authtoken));
      return false;
    })
    .handleHeartbeat(createHeartbeatHandler());
  if (order.server !== undefined) builder.serverAddr(order.server);
  if (order.ca !== undefined) builder.caCert(Buffer.from(order.ca));
  return builder;
}

/** The SDK's types say that a latency is a number; it is null for a heartbeat that was not answered. */
function createHeartbeatHandler(): (latency: number | null) => void {
  let missed = 0;
  return (latency) => {
    missed = latency === null ? missed + 1 : 0;
    if (missed === 0) send({ kind: 'beat' });
    if (missed === MAX_MISSED_HEARTBEATS) reportLost('ngrok stopped answering');
  };
}

async function close(): Promise<void> {
  try {
    await open?.listener.close();
    await open?.session.close();
  } catch {
    // The session may be gone already, and the endpoint with it.
  }
  end();
}

/** The native side may hang, and would hold up an orderly exit. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

function reportLost(why: string): void {
  if (open) send({ kind: 'lost', why });
}

/** Called from callbacks of the SDK, where an exception would abort the process: it throws nothing. */
function send(message: FromChild): void {
  try {
    process.send?.(message, undefined, undefined, () => undefined);
  } catch {
    // The program is gone; so will this process be.
  }
}

/** The SDK sets `errorCode` for a session alone; for an endpoint the code stands only at the end of the message. */
function findCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return /ERR_NGROK_\d+(?=\s*$)/.exec(error.message)?.[0] ?? findSystemCode(error);
}
