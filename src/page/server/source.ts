// Where the page gets what it shows: the control API of a sandbox in this process or another one.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { readBody } from '../../http/body.js';
import { openRequest } from '../../http/client.js';
import { NoAnswer, sendRequest } from '../../http/send.js';
import { OWN_AGENT } from '../../http/user-agents.js';
import { SANDBOX_PAGE_ROUTES } from './routes.js';

/** A served sandbox. */
export interface SandboxSource {
  /** Such as `http://127.0.0.1:4020`. */
  readonly origin: string;
  readonly controlToken: string;
  readonly accountSid: string;
}

/** Milliseconds for a snapshot of many texts, or for its restoring. */
const SNAPSHOT_TIMEOUT_MS = 60_000;

/** The header of the control API with the position of the newest event; the page compares its epoch. */
const POSITION_HEADER = 'relay-phone-last-event';

/** The longest body of a request that is passed on; of a text with pictures, which have 5 MB together before base64. */
const [MAX_BODY_BYTES, MAX_TEXT_BYTES] = [1_048_576, 8_388_608];

/** What the page is told before anything else: which screens it has. */
export type PageModeReport =
  | { readonly mode: 'sandbox' }
  | { readonly mode: 'live'; readonly accountSid: string; readonly app: string };

/** Where the page gets what it shows. */
export interface PageSource {
  readonly mode: PageModeReport;
  /** The requests that {@link PageSource.pass} may get; see `routes.ts`. */
  readonly routes: readonly string[];
  /**
   * Answers a request of the page.
   *
   * @param target its path and query, below `/api`
   */
  pass(incoming: IncomingMessage, outgoing: ServerResponse, target: string): void | Promise<void>;
  /** Passes on a file that came with a text. Only a sandbox has files. */
  passMedia?(outgoing: ServerResponse, messageSid: string, mediaSid: string): void;
  /** Empties the sandbox. What was in it is kept here, for {@link undo}. */
  reset?(): Promise<void>;
  /** Keeps what is in the sandbox now, here, for {@link goBack}. */
  keep?(): Promise<void>;
  /** Restores what {@link keep} kept. What was in the sandbox is kept for {@link undo}. @returns false if nothing was kept */
  goBack?(): Promise<boolean>;
  /** Restores what was in the sandbox before the latest {@link reset}, {@link goBack} or undo. @returns false if nothing was */
  undo?(): Promise<boolean>;
}

/** Creates the source of a sandbox. */
export function createSandboxSource({ origin, controlToken, accountSid }: SandboxSource): PageSource {
  const authorization = { Authorization: `Bearer ${controlToken}` };
  /** The latest content that was thrown away. It never leaves this process. */
  let before: string | undefined;
  /** The content that somebody asked to keep. It never leaves this process either. */
  let kept: string | undefined;

  function forward(outgoing: ServerResponse, { method, target, headers, body }: PassedRequest): void {
    const request = openRequest(new URL(origin), { method, path: target, headers });
    outgoing.on('close', () => request.destroy());
    request.on('error', () => {
      if (!outgoing.headersSent) outgoing.writeHead(502, JSON_TYPE);
      outgoing.end(UNREACHABLE);
    });
    request.on('response', (response) => {
      if (response.statusCode === 401) {
        response.resume();
        return void outgoing.writeHead(502, JSON_TYPE).end(RESTARTED);
      }
      const { 'content-type': type, [POSITION_HEADER]: position } = response.headers;
      outgoing.writeHead(response.statusCode ?? 502, {
        ...(type !== undefined && { 'Content-Type': type }),
        ...(position !== undefined && { [POSITION_HEADER]: position }),
      });
      outgoing.flushHeaders();
      pipeline(response, outgoing, () => undefined);
    });
    request.end(body);
  }

  async function call(method: string, path: string, body?: string): Promise<string> {
    const url = new URL(`/_sandbox${path}`, origin);
    const headers = { ...authorization, ...(body !== undefined && JSON_TYPE) };
    const answer = await sendRequest({
      method,
      url,
      headers,
      timeoutMs: SNAPSHOT_TIMEOUT_MS,
      ...(body !== undefined && { body }),
    });
    if (answer.status >= 400) throw new NoAnswer(`the sandbox answered ${answer.status}`, true);
    return answer.body;
  }

  return {
    mode: { mode: 'sandbox' },
    routes: SANDBOX_PAGE_ROUTES,
    pass: async (incoming, outgoing, target) => {
      const { method = 'GET', headers } = incoming;
      const { 'content-type': type } = headers;
      const passed = { method, target: `/_sandbox${target}` };
      if (!BODY_METHODS.has(method)) return forward(outgoing, { ...passed, headers: authorization });
      // Read whole: passed on as it comes, a body without a length would be the next request on the connection.
      const most = /^\/phones\/[^/]+\/text(?:\?|$)/.test(target) ? MAX_TEXT_BYTES : MAX_BODY_BYTES;
      const body = await readBody(incoming, most).catch(() => undefined);
      if (body === undefined) return void outgoing.writeHead(413, JSON_TYPE).end(sayTooLong(most));
      forward(outgoing, {
        ...passed,
        headers: {
          ...authorization,
          ...(type !== undefined && { 'Content-Type': type }),
          'Content-Length': String(Buffer.byteLength(body)),
        },
        body,
      });
    },
    passMedia: (outgoing, messageSid, mediaSid) => {
      // A browser that opens the file itself must not run what is in it.
      outgoing.setHeader('Content-Security-Policy', "sandbox; default-src 'none'");
      outgoing.setHeader('Content-Disposition', 'attachment');
      const target = `/media/${accountSid}/${messageSid}/${mediaSid}`;
      forward(outgoing, { method: 'GET', target, headers: { 'User-Agent': OWN_AGENT } });
    },
    keep: async () => {
      kept = await call('GET', '/snapshot');
    },
    goBack: async () => {
      if (kept === undefined) return false;
      before = await call('GET', '/snapshot');
      await call('POST', '/restore', kept);
      return true;
    },
    reset: async () => {
      before = await call('GET', '/snapshot');
      await call('POST', '/reset');
    },
    undo: async () => {
      if (before === undefined) return false;
      const wanted = before;
      // What is thrown away now can be restored as well.
      before = await call('GET', '/snapshot');
      await call('POST', '/restore', wanted);
      return true;
    },
  };
}

/** A request to the sandbox. */
interface PassedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The methods of requests with a body. */
const BODY_METHODS: ReadonlySet<string> = new Set(['POST', 'PUT']);

const JSON_TYPE = { 'Content-Type': 'application/json' };
const UNREACHABLE = JSON.stringify({
  error: 'the sandbox does not answer',
  tryNext: ['relay-phone sandbox'],
});
/** The token of the control API is new at each start. The tab has nothing to do with it: it must not lose its own access. */
const RESTARTED = JSON.stringify({
  error: 'the sandbox was started again, and no longer knows the command that serves this page',
  tryNext: ['end the command that serves this page, and start it again'],
});
const sayTooLong = (most: number) =>
  JSON.stringify({ error: `the body has more than ${most} bytes`, tryNext: [] });
