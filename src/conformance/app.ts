// The app of the behaviours: it answers Twilio's webhooks with the TwiML of the running behaviour, and records them.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { type Listening, listen } from '../http/listen.js';
import { isSigned } from '../twilio/signature.js';
import type { AppReply } from './behaviour.js';

/** A webhook as it came. */
export interface ReceivedWebhook {
  /** Below the app, without query: `/status`, or `/a/sms`, `/b/voice` … for the URLs of the two numbers. */
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly parameters: Readonly<Record<string, string | string[]>>;
  readonly signature: 'valid' | 'invalid' | 'missing';
  /** What was answered. */
  readonly answer: string;
  /** `performance.now()` when it came. */
  readonly at: number;
}

/** The running app of one side. */
export interface ConformanceApp {
  readonly port: number;
  /** The local origin. */
  readonly origin: string;
  /** The address that Twilio is given, with a secret path: without it nobody can send anything. */
  readonly address: string;
  /** Sets the origin under which Twilio reaches the app. Default: the local origin. */
  publish(origin: string): void;
  /**
   * Starts a behaviour: sets the answers, and forgets earlier webhooks. Late ones to its own paths do not count.
   *
   * @param isExpected false for a webhook that {@link BehaviourApp.wait} does not count, such as that of a stranger's text
   */
  begin(
    replies: Readonly<Record<string, AppReply>>,
    isExpected: (webhook: Pick<ReceivedWebhook, 'parameters'>) => boolean,
  ): BehaviourApp;
  /** Checks that the published origin leads here. @returns the path to ask for and the expected body */
  proof(): { readonly path: string; readonly answer: string };
  close(): Promise<void>;
}

/** The app as one behaviour sees it. */
export interface BehaviourApp {
  /** The address of the behaviour's own paths. */
  readonly address: string;
  /** The webhooks so far, in the order of their arrival. */
  webhooks(): readonly ReceivedWebhook[];
  /** Resolves when each path got that many webhooks, or after `timeoutMs`. @returns how many are missing, by path */
  wait(count: Readonly<Record<string, number>>, timeoutMs: number): Promise<Record<string, number>>;
}

/** A webhook is small; more is somebody else's request. */
const MAX_WEBHOOK_BYTES = 64 * 1024;
const EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

/**
 * Starts the app on 127.0.0.1.
 *
 * @param authToken signs the webhooks
 * @param open listens; by default on any free port
 * @throws what `open` throws
 */
export async function startConformanceApp(
  authToken: string,
  open: (listener: RequestListener) => Promise<Listening> = (listener) => listen(listener, { port: 0 }),
): Promise<ConformanceApp> {
  const secret = randomBytes(16).toString('hex');
  const proven = randomBytes(16).toString('hex');
  let published: string | undefined;
  let run = 0;
  let replies: Readonly<Record<string, AppReply>> = {};
  let received: ReceivedWebhook[] = [];
  let onWebhook: () => void = () => undefined;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '', method = '', headers } = request;
    const [, given, first = '', ...rest] = (url.split('?')[0] ?? '').split('/');
    if (given !== secret) return void response.writeHead(404).end();
    if (first === 'proof') return void response.writeHead(200, { 'Content-Type': 'text/plain' }).end(proven);
    if (Number(headers['content-length'] ?? 0) > MAX_WEBHOOK_BYTES) return void response.writeHead(413).end();
    const body = await readAll(request);
    const isOfNumber = first === 'a' || first === 'b';
    const isCurrent = isOfNumber || first === `b${run}`;
    const path = isOfNumber ? `/${first}/${rest.join('/')}` : `/${rest.join('/')}`;
    const reply = (isCurrent ? replies[path] : undefined) ?? EMPTY;
    const {
      status = 200,
      type = 'text/xml',
      body: text,
    } = typeof reply === 'string' ? { body: reply } : reply;
    if (isCurrent) {
      const form = readForm(body);
      const query = new URL(url, 'http://app').searchParams;
      received.push({
        path,
        method,
        headers,
        parameters: method === 'GET' ? groupPairs(query) : form,
        signature: verify(headers['x-twilio-signature'], `${published ?? listening.origin}${url}`, form),
        answer: text,
        at: performance.now(),
      });
    }
    response.writeHead(status, { 'Content-Type': type }).end(text);
    onWebhook();
  }

  function verify(
    given: string | string[] | undefined,
    url: string,
    form: Record<string, string | string[]>,
  ) {
    if (typeof given !== 'string') return 'missing';
    return isSigned(authToken, given, url, form) ? 'valid' : 'invalid';
  }

  const listening = await open((request, response) => {
    // A connection that breaks off is the sender's affair: it sends the webhook again, or does not.
    answer(request, response).catch(() => response.destroy());
  });

  const address = () => `${published ?? listening.origin}/${secret}`;
  return {
    port: listening.port,
    origin: listening.origin,
    get address() {
      return address();
    },
    publish: (origin) => {
      published = origin;
    },
    begin: (next, isExpected) => {
      run += 1;
      replies = next;
      const own: ReceivedWebhook[] = [];
      received = own;
      return {
        address: `${address()}/b${run}`,
        webhooks: () => own,
        wait: async (count, timeoutMs) => {
          const missing = () => findMissing(own.filter(isExpected), count);
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, timeoutMs);
            onWebhook = () => {
              if (Object.keys(missing()).length > 0) return;
              clearTimeout(timer);
              resolve();
            };
            onWebhook();
          });
          onWebhook = () => undefined;
          return missing();
        },
      };
    },
    proof: () => ({ path: `/${secret}/proof`, answer: proven }),
    close: listening.close,
  };
}

function findMissing(
  webhooks: readonly ReceivedWebhook[],
  count: Readonly<Record<string, number>>,
): Record<string, number> {
  const rows = Object.entries(count).map(([path, wanted]) => {
    const got = webhooks.filter((one) => one.path === path).length;
    return [path, wanted - got] as const;
  });
  return Object.fromEntries(rows.filter(([, missing]) => missing > 0));
}

function readForm(body: string): Record<string, string | string[]> {
  return groupPairs(new URLSearchParams(body));
}

function groupPairs(pairs: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(pairs.keys())].map((name) => {
      const values = pairs.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
