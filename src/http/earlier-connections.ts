// Keeps clients from using a connection to an intercepted host that was open before the interception began.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Agent, ClientRequest, type RequestOptions } from 'node:http';
import type { Socket } from 'node:net';

/** True for the hosts that are intercepted. */
type HostTest = (host: string) => boolean;

/**
 * Makes the agents of node:http and node:https close such connections, and `fetch` and undici open new ones. A pool of
 * undici that is not the global one loses its connection, and the one request that it sends there fails.
 *
 * @param sockets the connections of the interception, which are used again
 * @returns the function that undoes it
 */
export function avoidEarlierConnections(isIntercepted: HostTest, sockets: ReadonlySet<Socket>): () => void {
  const restore = [
    closeIdleSockets(isIntercepted, sockets),
    bypassGlobalDispatchers(isIntercepted),
    refuseEarlierSockets(isIntercepted, sockets),
    closeAtFirstUse(isIntercepted, sockets),
  ];
  return () => {
    for (const undo of restore) undo();
  };
}

/** What a request that is in flight at the end of an interception fails with. */
export function interceptionEnded(): Error {
  return new Error('relay-phone has ended the interception of this connection: close the app first');
}

/** The method of an agent that finds a socket for a request: agents of other packages call it, too. */
interface AgentWithSockets extends Agent {
  addRequest(request: ClientRequest, options: RequestOptions, ...rest: unknown[]): void;
}

function closeIdleSockets(isIntercepted: HostTest, sockets: ReadonlySet<Socket>): () => void {
  const prototype = Agent.prototype as AgentWithSockets;
  const original = prototype.addRequest;
  const replacement: typeof original = function (this: AgentWithSockets, request, options, ...rest) {
    // A name starts with the host: https://nodejs.org/api/http.html#agentgetnameoptions
    for (const [name, idle = []] of Object.entries(this.freeSockets)) {
      if (!isIntercepted(name.split(':', 1).join())) continue;
      for (const socket of idle) if (!sockets.has(socket)) socket.destroy();
    }
    original.call(this, request, options, ...rest);
  };
  prototype.addRequest = replacement;
  return () => {
    if (prototype.addRequest === replacement) prototype.addRequest = original;
  };
}

/** The method with which a request gets its socket: https://nodejs.org/api/http.html#event-socket */
interface RequestWithSocket extends ClientRequest {
  /** Without a socket, it could not be opened. */
  onSocket(socket: Socket | undefined, error?: Error | null): void;
}

/** For a request that an agent with few sockets has queued behind one that began earlier. */
function refuseEarlierSockets(isIntercepted: HostTest, sockets: ReadonlySet<Socket>): () => void {
  const prototype = ClientRequest.prototype as RequestWithSocket;
  const original = prototype.onSocket;
  const replacement: typeof original = function (this: RequestWithSocket, socket, error) {
    // Other interceptors, such as msw, give a request a socket of their own, which is not connected.
    const isConnected = socket?.remoteAddress !== undefined;
    const isEarlier = isConnected && isIntercepted(this.host) && !sockets.has(socket);
    original.call(this, socket, isEarlier ? openedBefore(this.host) : error);
  };
  prototype.onSocket = replacement;
  return () => {
    if (prototype.onSocket === replacement) prototype.onSocket = original;
  };
}

function openedBefore(host: string): Error {
  return new Error(`relay-phone ended a connection to ${host} that was open before intercept(): ask again`);
}

/** The part of undici's dispatchers that is used here: https://undici.nodejs.org/#/docs/api/Dispatcher */
interface Dispatcher {
  dispatch(options: { readonly origin?: string | URL }, handler: unknown): boolean;
  destroy(error: Error): Promise<void>;
}

/** Where the `fetch` of Node.js and undici 6 to 8 keep the global dispatcher, which may be one and the same. */
const GLOBAL_DISPATCHERS = [
  Symbol.for('undici.globalDispatcher.1'),
  Symbol.for('undici.globalDispatcher.2'),
] as const;

/** Gives requests to intercepted hosts a new dispatcher, with connections of its own. */
function bypassGlobalDispatchers(isIntercepted: HostTest): () => void {
  const globals = globalThis as { [name: symbol]: Dispatcher | undefined };
  const found = new Set(GLOBAL_DISPATCHERS.map((name) => globals[name]));
  const restore = [...found].map((dispatcher) =>
    dispatcher ? bypass(dispatcher, isIntercepted) : () => undefined,
  );
  return () => {
    for (const undo of restore) undo();
  };
}

function bypass(dispatcher: Dispatcher, isIntercepted: HostTest): () => void {
  // Others have settings that a new one would lack, such as a proxy or mocked answers.
  if (!/^_?Agent$/.test(dispatcher.constructor.name)) return () => undefined;
  const original = dispatcher.dispatch;
  const fresh = Reflect.construct(dispatcher.constructor, []) as Dispatcher;
  dispatcher.dispatch = (options, handler) => {
    const { origin } = options;
    if (origin !== undefined && isIntercepted(new URL(origin).hostname))
      return fresh.dispatch(options, handler);
    return original.call(dispatcher, options, handler);
  };
  return () => {
    Reflect.deleteProperty(dispatcher, 'dispatch');
    void fresh.destroy(interceptionEnded());
  };
}

/** Published by undici before it writes a request: https://undici.nodejs.org/#/docs/api/DiagnosticsChannel */
const BEFORE_WRITING = 'undici:client:sendHeaders';

interface AboutToWrite {
  readonly request: { readonly origin?: string | URL };
  readonly socket: Socket;
}

function closeAtFirstUse(isIntercepted: HostTest, sockets: ReadonlySet<Socket>): () => void {
  const close = (message: unknown) => {
    const { request, socket } = message as AboutToWrite;
    if (
      request.origin === undefined ||
      !isIntercepted(new URL(request.origin).hostname) ||
      sockets.has(socket)
    )
      return;
    socket.destroy(openedBefore(new URL(request.origin).hostname));
  };
  subscribe(BEFORE_WRITING, close);
  return () => void unsubscribe(BEFORE_WRITING, close);
}
