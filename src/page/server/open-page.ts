// Serves the page on an origin of its own: its files, and the part of the control API that its tabs may use.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hideSecret } from '../../debug.js';
import { readBody } from '../../http/body.js';
import { listen } from '../../http/listen.js';
import { createPageAccess, type PageAccess } from './access.js';
import { formatAddress } from './address.js';
import type { PageFile, PageFiles } from './files.js';
import { findForeignRequest, PAGE_HEADERS } from './guard.js';
import { isPageRoute } from './routes.js';
import type { PageSource } from './source.js';

/** What the page is opened with. */
export interface PageOptions {
  /** The address to listen on; its `Host` is 127.0.0.1 in any case. Default `127.0.0.1`. */
  readonly host?: string | undefined;
  readonly port: number;
  /** How many ports above `port` may be tried. */
  readonly spare: number;
  /** The token of its tabs. It is kept, so that open tabs go on after a restart. */
  readonly token: string;
  readonly source: PageSource;
  readonly files: PageFiles;
  /** Writes a trace as a story, or says why it cannot be one. Only a sandbox has traces. */
  readonly writeStory?: (traceId: string) => Promise<WrittenStory>;
  readonly now: () => number;
}

type WrittenStory = { readonly story: string } | { readonly reason: string };

/** A page that is being served. */
export interface OpenPage {
  readonly port: number;
  /** Without a code: `http://127.0.0.1:4022`. */
  readonly origin: string;
  /** Returns an address that opens the page once, within a minute. @param path of a screen, such as `/t/latest` */
  createAddress(path?: string): string;
  close(): Promise<void>;
}

const MAX_CODE_BYTES = 1000;
const MAX_CONNECTIONS = 256;

/**
 * Opens the page on loopback.
 *
 * @throws the system's error (`EADDRINUSE`, `EACCES`) if no port is free
 */
export async function openPage(options: PageOptions): Promise<OpenPage> {
  const { host, port, spare, token, now } = options;
  hideSecret(token);
  const access = createPageAccess(token, now);
  const server = await listen(
    (incoming, outgoing) =>
      void answer({ ...options, access }, incoming, outgoing).catch((error: unknown) =>
        // Such as a file of the page that cannot be read.
        refuse(outgoing, 500, error instanceof Error ? error.message : String(error)),
      ),
    { port, spare, maxConnections: MAX_CONNECTIONS, ...(host !== undefined && { host }) },
  );
  const { origin } = server;
  return {
    port: server.port,
    origin,
    createAddress: (path = '/') => formatAddress(origin, path, access.createCode()),
    close: server.close,
  };
}

interface PageParts extends Pick<PageOptions, 'source' | 'files' | 'writeStory'> {
  readonly access: PageAccess;
}

async function answer(parts: PageParts, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(PAGE_HEADERS)) outgoing.setHeader(name, value);
  const { method = 'GET', url = '/' } = incoming;
  const start = url.indexOf('?');
  const path = start === -1 ? url : url.slice(0, start);
  const isApi = path.startsWith('/api/');
  const authority = `127.0.0.1:${incoming.socket.localPort ?? 0}`;
  const reason = findForeignRequest(incoming.headers, authority, isApi);
  if (reason !== undefined) return refuse(outgoing, 403, reason);
  if (path === '/api/session' && method === 'POST') return redeem(parts, incoming, outgoing);
  if (isApi) return answerApi(parts, incoming, outgoing, url.slice('/api'.length));
  if (method !== 'GET' && method !== 'HEAD') return refuse(outgoing, 405, 'the page is only read');
  const file = path.startsWith('/assets/') ? parts.files.find(path) : parts.files.document;
  if (!file) return refuse(outgoing, 404, 'the page has no such file');
  sendFile(incoming, outgoing, file);
}

/** Gives the token for a code, and says which screens there are. */
async function redeem(
  { access, source }: PageParts,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const code = await readBody(incoming, MAX_CODE_BYTES).catch(() => '');
  const token = access.redeem(code);
  if (token === undefined) return refuse(outgoing, 401, 'the code was used, or is older than a minute');
  sendJson(outgoing, 200, { token, mode: source.mode });
}

async function answerApi(
  { access, source, writeStory }: PageParts,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: string,
): Promise<void> {
  if (!access.isAuthorized(incoming.headers.authorization)) {
    return refuse(outgoing, 401, 'the page has no token, or not the token of this folder');
  }
  const { method = 'GET' } = incoming;
  const [path = ''] = target.split('?');
  const media = /^\/media\/((?:SM|MM)[0-9a-f]{32})\/(ME[0-9a-f]{32})$/.exec(path);
  if (media && method === 'GET' && source.passMedia)
    return source.passMedia(outgoing, media[1] ?? '', media[2] ?? '');
  if (path === '/mode' && method === 'GET') return sendJson(outgoing, 200, source.mode);
  const [, traced] = /^\/traces\/([\w-]+)\/story$/.exec(path) ?? [];
  if (traced !== undefined && method === 'GET' && writeStory) return sendStory(outgoing, writeStory(traced));
  if (path === '/codes' && method === 'POST') return sendJson(outgoing, 201, { code: access.createCode() });
  const change = method === 'POST' ? findChange(source, path) : undefined;
  if (change) return finish(outgoing, change());
  if (isPageRoute(source.routes, method, path)) return source.pass(incoming, outgoing, target);
  refuse(outgoing, 404, `the page has no ${method} ${path}`);
}

/** Returns what changes the whole sandbox at a path: it resolves with false if there is nothing to restore. */
function findChange(
  { keep, goBack, reset, undo }: PageSource,
  path: string,
): (() => Promise<boolean>) | undefined {
  const whenDone = (work: (() => Promise<void>) | undefined) => work && (() => work().then(() => true));
  return new Map([
    ['/keep', whenDone(keep)],
    ['/go-back', goBack],
    ['/reset', whenDone(reset)],
    ['/undo', undo],
  ]).get(path);
}

async function sendStory(outgoing: ServerResponse, writing: Promise<WrittenStory>): Promise<void> {
  try {
    const written = await writing;
    if ('reason' in written) return refuse(outgoing, 404, written.reason);
    sendJson(outgoing, 200, written);
  } catch (error) {
    refuse(outgoing, 502, error instanceof Error ? error.message : String(error));
  }
}

async function finish(outgoing: ServerResponse, work: Promise<boolean>): Promise<void> {
  try {
    if (await work) outgoing.writeHead(204).end();
    else refuse(outgoing, 404, 'there is nothing to restore');
  } catch (error) {
    refuse(outgoing, 502, error instanceof Error ? error.message : String(error));
  }
}

function sendFile(
  { method, headers }: IncomingMessage,
  outgoing: ServerResponse,
  { type, bytes, gzipped }: PageFile,
): void {
  const isGzipped = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
  const body = isGzipped ? gzipped : bytes;
  outgoing.writeHead(200, {
    'Content-Type': type,
    'Content-Length': body.length,
    Vary: 'Accept-Encoding',
    ...(isGzipped && { 'Content-Encoding': 'gzip' }),
  });
  outgoing.end(method === 'HEAD' ? undefined : body);
}

function sendJson(outgoing: ServerResponse, status: number, body: object): void {
  outgoing.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function refuse(outgoing: ServerResponse, status: number, reason: string): void {
  if (outgoing.headersSent) return;
  sendJson(outgoing, status, { error: reason });
}
