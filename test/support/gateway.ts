// Starts a gateway with an app behind it, for tests.
import { once } from 'node:events';
import { type IncomingMessage, type RequestListener, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import twilio from 'twilio';
import { onTestFinished } from 'vitest';
import type { GatewayEvent } from '../../src/gateway/events.js';
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway/gateway.js';
import { openGateway } from '../../src/gateway/open.js';
import { type Listening, listen } from '../../src/http/listen.js';
import { DEADLINE } from './deadline.js';
import { openOwnStateFolder } from './own-state-folder.js';
import type { Workspace } from './workspace.js';

/** The public base, the auth token, and the webhook URLs configured at Twilio. */
export const BASE = 'https://relay.example.test';
export const TOKEN = '0123456789abcdef'.repeat(2);
export const SMS = '/api/v1/inbound_sms';
export const FORM = {
  MessageSid: `SM${'0'.repeat(31)}1`,
  From: '+12125550190',
  To: '+12025550100',
  Body: 'Hi 📲',
};
const WEBHOOKS = [
  { path: SMS, kind: 'inbound_sms' },
  { path: '/api/v1/sms_status', kind: 'sms_status' },
  { path: '/api/v1/inbound_call', kind: 'inbound_call' },
  { path: '/voice', kind: 'path' },
];

/** A running gateway. */
export interface GatewayScene {
  readonly gateway: Gateway;
  readonly server: Listening;
  /** The events it emitted, oldest first. */
  readonly told: GatewayEvent[];
  /** Resolves once it has emitted `count` events of a kind. */
  waitFor(kind: GatewayEvent['kind'], count?: number): Promise<GatewayEvent[]>;
  ask(asked: Asked): Promise<Answered>;
}

/** A request to send. */
export interface Asked {
  readonly method?: string;
  readonly target?: string;
  /** An object, or a flat list of names and values. */
  readonly headers?: Readonly<Record<string, string>> | readonly string[];
  readonly body?: string | Buffer;
}

/** A complete answer. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** Sends one request with exactly these headers and body. */
export async function ask(
  origin: string,
  { method = 'GET', target = '/', headers = {}, body }: Asked,
): Promise<Answered> {
  const { hostname, port } = new URL(origin);
  const options = { hostname, port, method, path: target, agent: false as const };
  const outgoing = request({ ...options, headers: headers as Record<string, string> });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const { statusCode = 0, headers: got, rawHeaders } = incoming;
  return { status: statusCode, headers: got, rawHeaders, body: await buffer(incoming) };
}

/** Returns a webhook request as Twilio sends it. @param signed the signed URL and token, if they differ from the real ones */
export function webhook(
  {
    target = SMS,
    form = FORM,
  }: { readonly target?: string; readonly form?: Readonly<Record<string, string>> } = {},
  signed: { readonly url?: string; readonly token?: string } = {},
): Asked {
  const signature = twilio.getExpectedTwilioSignature(
    signed.token ?? TOKEN,
    signed.url ?? BASE + target,
    form,
  );
  return {
    method: 'POST',
    target,
    headers: {
      'X-Twilio-Signature': signature,
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Forwarded-For': '203.0.113.9',
    },
    body: String(new URLSearchParams(form)),
  };
}

/** Asks for a WebSocket as Twilio does, and hangs up. @returns the status of the answer */
export async function askForSocket(origin: string, target: string, signature?: string): Promise<number> {
  const { hostname, port } = new URL(origin);
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...(signature !== undefined && { 'X-Twilio-Signature': signature }),
  };
  const outgoing = request({ hostname, port, path: target, headers, agent: false });
  outgoing.end();
  const [incoming] = (await Promise.race([once(outgoing, 'upgrade'), once(outgoing, 'response')])) as [
    IncomingMessage,
  ];
  incoming.socket.destroy();
  return incoming.statusCode ?? 0;
}

/** Makes an app accept every WebSocket. */
export function acceptSockets({ server }: Listening): void {
  server.on('upgrade', (_incoming, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.on('error', () => undefined).pipe(socket);
  });
}

/** Starts an app with this listener; it ends with the test. */
export async function startApp(listener: RequestListener): Promise<Listening> {
  const server = await listen(listener, { port: 0 });
  onTestFinished(() => server.close());
  return server;
}

/** Starts a gateway in front of an app; it ends with the test. */
export async function setUpGateway(
  app: string,
  options: Partial<GatewayOptions> = {},
): Promise<GatewayScene> {
  const told: GatewayEvent[] = [];
  const watchers = new Set<() => void>();
  const gateway = createGateway({
    app,
    publicBase: () => BASE,
    authToken: TOKEN,
    webhooks: () => WEBHOOKS,
    database: ':memory:',
    emit: (event) => {
      told.push(event);
      for (const watcher of watchers) watcher();
    },
    ...options,
  });
  const server = await listen(gateway.listener, { port: 0 });
  server.server.on('upgrade', gateway.upgrade);
  onTestFinished(async () => {
    await server.close();
    await gateway.close();
  });
  return {
    gateway,
    server,
    told,
    waitFor: (kind, count = 1) =>
      new Promise((resolve) => {
        const look = () => {
          const found = told.filter((event) => event.kind === kind);
          if (found.length < count) return;
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
      }),
    ask: (asked) => ask(server.origin, asked),
  };
}

/** Starts a gateway on the state folder of a workspace, as `tunnel` does. */
export async function startTunnel(
  workspace: Workspace,
  app: string,
): Promise<{ readonly gateway: Gateway; readonly origin: string; end(): Promise<void> }> {
  const gateway = await openGateway(
    openOwnStateFolder(workspace.file('.relay-phone')),
    { app, publicBase: () => BASE, authToken: TOKEN, webhooks: () => WEBHOOKS, emit: () => undefined },
    { command: 'tunnel', timeoutMs: DEADLINE },
  );
  const server = await listen(gateway.listener, { port: 0 });
  server.server.on('upgrade', gateway.upgrade);
  let isOver = false;
  const end = async () => {
    if (isOver) return;
    isOver = true;
    await server.close();
    await gateway.close();
  };
  onTestFinished(end);
  return { gateway, origin: server.origin, end };
}
