// An app with webhooks: records requests, checks their signatures with the official SDK, and answers as the test sets.
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import twilio from 'twilio';
import { DEADLINE } from './deadline.js';

/** A webhook request that the app received. */
export interface Called {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The parameters of the body. */
  readonly form: Readonly<Record<string, string>>;
  /** The same, with all values of a repeated parameter. */
  readonly parameters: Readonly<Record<string, string | string[]>>;
  /** Whether the SDK's validator accepts its signature. */
  readonly signed: boolean;
}

/** An answer of the app; without a type it has no `Content-Type`. */
export interface AppAnswer {
  readonly status?: number;
  readonly type?: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/** A running app. */
export interface WebhookApp {
  /** Such as `http://127.0.0.1:4567`, without a trailing slash. */
  readonly origin: string;
  readonly port: number;
  /** All received requests, in order. */
  readonly calls: readonly Called[];
  /** Returns the parameters of each request to a path. */
  formsAt(path: string): Record<string, string>[];
  /** Sets the answers from now on; `hang` never answers, `drop` ends the connection. */
  answer(how: (called: Called) => AppAnswer | 'hang' | 'drop' | Promise<AppAnswer>): void;
  close(): Promise<void>;
}

/** Returns an answer with TwiML. */
export function twiml(body: string): AppAnswer {
  return { type: 'text/xml', body };
}

/** Starts an app that answers `<Response/>`, over https for the given host name if `tls` is set. */
export async function startApp(
  authToken: string,
  tls?: ServerOptions & { readonly host: string },
): Promise<WebhookApp> {
  const calls: Called[] = [];
  let how: Parameters<WebhookApp['answer']>[0] = () => twiml('<Response/>');
  const listener: RequestListener = async (incoming, outgoing) => {
    const body = await text(incoming);
    const { method = '', url = '', headers } = incoming;
    const pairs = new URLSearchParams(body);
    const form = Object.fromEntries(pairs);
    const parameters = Object.fromEntries(
      [...pairs.keys()].map((name) => {
        const values = pairs.getAll(name);
        return [name, values.length > 1 ? values : (values[0] ?? '')];
      }),
    );
    const address = `${tls ? 'https' : 'http'}://${headers.host}${url}`;
    const signature = String(headers['x-twilio-signature']);
    const signed = twilio.validateRequest(authToken, signature, address, parameters);
    const called = { method, path: url, headers, body, form, parameters, signed };
    calls.push(called);
    const answer = await how(called);
    if (answer === 'hang') return;
    if (answer === 'drop') return void incoming.socket.destroy();
    const type = answer.type === undefined ? {} : { 'Content-Type': answer.type };
    outgoing.writeHead(answer.status ?? 200, { ...type, ...answer.headers }).end(answer.body);
  };
  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
  // A client in the same process may be busy for longer than the five seconds of Node.js before it asks again.
  server.keepAliveTimeout = DEADLINE;
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: tls ? `https://${tls.host}:${port}` : `http://127.0.0.1:${port}`,
    port,
    calls,
    formsAt: (path) => calls.filter((called) => called.path === path).map(({ form }) => ({ ...form })),
    answer: (next) => {
      how = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
