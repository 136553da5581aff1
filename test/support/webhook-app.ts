// An app with webhooks: records what it is sent, has the official SDK check the signature, and answers what the test says.
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import twilio from 'twilio';

/** A webhook request that came. */
export interface Called {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The parameters in the body. */
  readonly form: Readonly<Record<string, string>>;
  /** What the SDK's validator says of its signature. */
  readonly signed: boolean;
}

/** What the app answers; without a type there is no `Content-Type`. */
export interface AppAnswer {
  readonly status?: number;
  readonly type?: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/** A running app. */
export interface WebhookApp {
  /** `http://127.0.0.1:4567`, without a slash at its end. */
  readonly origin: string;
  readonly port: number;
  /** All that came, in order. */
  readonly calls: readonly Called[];
  /** The parameters of what came to a path. */
  formsAt(path: string): Record<string, string>[];
  /** Says how the app answers from now on; `hang` never does, `drop` ends the connection. */
  answer(how: (called: Called) => AppAnswer | 'hang' | 'drop' | Promise<AppAnswer>): void;
  close(): Promise<void>;
}

/** An answer that is TwiML. */
export function twiml(body: string): AppAnswer {
  return { type: 'text/xml', body };
}

/** Starts an app that answers `<Response/>`; with `tls` it is an https one, under the name given. */
export async function startApp(
  authToken: string,
  tls?: ServerOptions & { readonly host: string },
): Promise<WebhookApp> {
  const calls: Called[] = [];
  let how: Parameters<WebhookApp['answer']>[0] = () => twiml('<Response/>');
  const listener: RequestListener = async (incoming, outgoing) => {
    const body = await text(incoming);
    const { method = '', url = '', headers } = incoming;
    const form = Object.fromEntries(new URLSearchParams(body));
    const credentials = headers.authorization?.replace('Basic ', '');
    const user = credentials ? `${Buffer.from(credentials, 'base64')}@` : '';
    const address = `${tls ? 'https' : 'http'}://${user}${headers.host}${url}`;
    const signature = String(headers['x-twilio-signature']);
    const signed = twilio.validateRequest(authToken, signature, address, form);
    const called = { method, path: url, headers, body, form, signed };
    calls.push(called);
    const answer = await how(called);
    if (answer === 'hang') return;
    if (answer === 'drop') return void incoming.socket.destroy();
    const type = answer.type === undefined ? {} : { 'Content-Type': answer.type };
    outgoing.writeHead(answer.status ?? 200, { ...type, ...answer.headers }).end(answer.body);
  };
  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
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
