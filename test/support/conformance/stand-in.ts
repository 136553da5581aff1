// Stands in for a live account: a second sandbox behind TLS, with proxies that change its answers and its webhooks.
import { type IncomingHttpHeaders, request as passOn } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { startConformanceApp } from '../../../src/conformance/app.js';
import { pointAt } from '../../../src/conformance/number-settings.js';
import type { OpenSide } from '../../../src/conformance/sandbox-side.js';
import { listen } from '../../../src/http/listen.js';
import { createSandbox } from '../../../src/sandbox/create.js';
import { createTwilioClient } from '../../../src/twilio/client.js';
import { createSignature, type SignedParameters } from '../../../src/twilio/signature.js';
import { createTwilioEdge, type TwilioEdgeOptions } from '../twilio-edge.js';

/** The account. */
export const [SID, TOKEN] = [`AC${'1a'.repeat(16)}`, '0123456789abcdef0123456789abcdef'] as const;
const HOST = 'app.example.com';
const NUMBERS = ['+12125550123', '+14155550124'] as const;

/** A webhook on its way to the app. */
export interface PassingWebhook {
  readonly method: string;
  /** Below the app: `/status`. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly parameters: SignedParameters;
}

/** What becomes of it: `lost` never arrives, `held` arrives behind the next one, `late` after 11 s, `twice` comes again. */
export type Passing = PassingWebhook | 'lost' | 'held' | 'late' | 'twice';

/** How the account differs from the sandbox. */
export interface StandInEdits {
  readonly answer?: NonNullable<TwilioEdgeOptions['edit']>;
  /** `resign` is false for a webhook whose signature must not fit. */
  readonly webhook?: (webhook: PassingWebhook) => Passing;
  readonly breaksSignature?: boolean;
}

/** Opens the stand-in as the live side of a run. @param waitMs how long a run waits for what must come */
export async function openStandIn(edits: () => StandInEdits, waitMs: number): Promise<OpenSide> {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const sandbox = await createSandbox({
    account: { sid: SID, authToken: TOKEN },
    strict: true,
    now,
    onUnsupported: () => undefined,
    webhooks: {
      lookup: (_host, options, callback) =>
        options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
    },
  });
  const edge = await createTwilioEdge(sandbox.origin, {
    edit: (asked, answer) => edits().answer?.(asked, answer) ?? answer,
  });
  const app = await startConformanceApp(TOKEN);
  const proxy = await startWebhookProxy(app.port, edits);
  app.publish(`http://${HOST}:${proxy.port}`);
  const client = await createTwilioClient(
    { accountSid: SID, authToken: TOKEN },
    { target: { kind: 'live' }, environment: edge.environment },
  );
  const buy = async (name: 'a' | 'b', phoneNumber: string) => {
    const { sid } = await client.account.incomingPhoneNumbers.create({
      phoneNumber,
      ...pointAt(app.address, name),
    });
    return { phoneNumber, sid };
  };
  const [a, b] = [await buy('a', NUMBERS[0]), await buy('b', NUMBERS[1])];
  return {
    side: {
      kind: 'live',
      client,
      authToken: TOKEN,
      a,
      b,
      app,
      waitMs,
      settleMs: 100,
      sleep,
      newId: () => crypto.randomUUID(),
      pace: async () => {
        ahead += 61_000;
      },
      cleanUp: {
        intend: () => '',
        created: () => undefined,
        optOut: () => undefined,
        removeAll: async () => undefined,
      },
    },
    close: async () => {
      await sandbox.close();
      await proxy.close();
      await app.close();
      await edge.close();
    },
  };
}

/** Passes webhooks on to the app at `port`, changed. */
async function startWebhookProxy(port: number, edits: () => StandInEdits) {
  const held: (() => Promise<unknown>)[] = [];
  return listen(
    async (incoming, outgoing) => {
      const { method = '', url = '', headers } = incoming;
      const body = await readAll(incoming);
      const form = Object.fromEntries(new URLSearchParams(body));
      const [, secret, first = '', ...rest] = (url.split('?')[0] ?? '').split('/');
      const path = /^[ab]$/.test(first) ? `/${first}/${rest.join('/')}` : `/${rest.join('/')}`;
      const { webhook, breaksSignature } = edits();
      const given: PassingWebhook = { method, path, headers, parameters: form };
      const passing = webhook?.(given) ?? given;
      if (passing === 'lost') return void outgoing.writeHead(204).end();
      const changed = typeof passing === 'string' ? given : passing;
      const send = () => forward(port, `http://${headers.host}${url}`, changed, breaksSignature ?? false);
      if (passing === 'held') {
        held.push(send);
        return void outgoing.writeHead(204).end();
      }
      if (passing === 'late') await sleep(11_000);
      const answer = await send();
      if (passing === 'twice') await send();
      for (const later of held.splice(0)) await later();
      outgoing.writeHead(answer.status, answer.headers).end(answer.body);
      void secret;
    },
    { port: 0 },
  );
}

function forward(
  port: number,
  url: string,
  { method, headers, parameters }: PassingWebhook,
  breaks: boolean,
) {
  const body = method === 'GET' ? '' : new URLSearchParams(parameters as Record<string, string>).toString();
  const signature = createSignature(breaks ? 'f'.repeat(32) : TOKEN, url, method === 'GET' ? {} : parameters);
  const { 'content-length': _length, ...rest } = headers;
  return new Promise<{ status: number; headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
    const { pathname, search } = new URL(url);
    const request = passOn({
      host: '127.0.0.1',
      port,
      path: pathname + search,
      method,
      headers: {
        ...rest,
        'x-twilio-signature': signature,
        ...(body && { 'content-length': Buffer.byteLength(body) }),
      },
    });
    request.on('error', reject).on('response', async (response) => {
      resolve({
        status: response.statusCode ?? 502,
        headers: response.headers,
        body: await readAll(response),
      });
    });
    request.end(body);
  });
}
