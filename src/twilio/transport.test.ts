// The SDK's transport: the guard between live and sandbox, retries, and their limits.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { DEADLINE } from '../../test/support/deadline.js';
import { RelayPhoneError } from '../errors.js';
import { type Listening, listen } from '../http/listen.js';
import { NoAnswer } from '../http/send.js';
import { createTwilioClient } from './client.js';
import type { Target } from './target.js';
import { createTransport, type TransportOptions } from './transport.js';

const SANDBOX_SID = `AC5a4db0c5${'0'.repeat(24)}`;
const LIVE_SID = `AC${'1'.repeat(32)}`;
const NUMBERS = `https://api.twilio.com/2010-04-01/Accounts/${SANDBOX_SID}/IncomingPhoneNumbers.json`;
const ONE_APP = `https://api.twilio.com/2010-04-01/Accounts/${SANDBOX_SID}/Applications/AP${'0'.repeat(32)}.json`;

type Reply = number | 'drop' | 'hang' | { readonly status: number; readonly retryAfter: string };

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Starts a server that answers with each of `replies` in turn, then 200, and a transport to it. */
async function serve(...replies: Reply[]) {
  return serveTo({}, ...replies);
}

/** The same with options for the transport. */
async function serveTo(
  { accountSid = SANDBOX_SID, ...options }: TransportOptions & { readonly accountSid?: string },
  ...replies: Reply[]
) {
  const seen: string[] = [];
  server = await listen(
    (request: IncomingMessage, response: ServerResponse) => {
      seen.push(`${request.method} ${request.url}`);
      request.resume().on('end', () => answer(response, replies.shift() ?? 200));
    },
    { port: 0 },
  );
  const waits: number[] = [];
  // Every other reply is in time, however slow the machine is.
  const timeoutMs = replies.includes('hang') ? 2000 : DEADLINE;
  const target: Target = { kind: 'sandbox', origin: server.origin, accountSid };
  const sleep = async (milliseconds: number) => waits.push(milliseconds);
  return {
    seen,
    waits,
    transport: createTransport(target, { timeoutMs, sleep, random: () => 0, ...options }),
  };
}

function answer(response: ServerResponse, reply: Reply): void {
  if (reply === 'drop') response.destroy();
  else if (typeof reply === 'object')
    response.writeHead(reply.status, { 'Retry-After': reply.retryAfter }).end('{}');
  else if (reply !== 'hang') response.writeHead(reply).end('{"ok":true}');
}

describe('the guard between live and sandbox', () => {
  it('never sends a live account SID to the sandbox, in the URL or as user name', async () => {
    const { seen, transport } = await serve();
    const uri = NUMBERS.replace(SANDBOX_SID, LIVE_SID);
    await expect(transport.request({ method: 'get', uri })).rejects.toThrow(RelayPhoneError);
    await expect(transport.request({ method: 'get', uri: NUMBERS, username: LIVE_SID })).rejects.toThrow(
      /never sent/,
    );
    expect(seen).toEqual([]);
  });

  it('sends the account that the sandbox named as its own, whatever its form, and no other live one', async () => {
    const accountSid = `AC${'2'.repeat(32)}`;
    const { seen, transport } = await serveTo({ accountSid });
    const uri = NUMBERS.replace(SANDBOX_SID, accountSid);
    expect(await transport.request({ method: 'get', uri, username: accountSid })).toMatchObject({
      statusCode: 200,
    });
    expect(seen).toHaveLength(1);
    await expect(transport.request({ method: 'get', uri, username: LIVE_SID })).rejects.toThrow(/never sent/);
    expect(seen).toHaveLength(1);
  });

  it('never sends a sandbox account SID to Twilio', async () => {
    const transport = createTransport({ kind: 'live' }, { agent: new Proxy({} as never, { get: refuse }) });
    await expect(transport.request({ method: 'get', uri: NUMBERS })).rejects.toThrow(/Twilio does not know/);
    const client = createTwilioClient(
      { accountSid: SANDBOX_SID, authToken: 'x' },
      { target: { kind: 'live' } },
    );
    await expect(client).rejects.toThrow(/Twilio does not know/);
  });
});

function refuse(): never {
  throw new Error('a socket was about to be opened');
}

describe('retries of the transport', () => {
  const faults: Reply[] = [429, 500, 503, 'drop', 'hang'];

  it.each(faults)('repeat a read after %s', async (fault) => {
    const { seen, transport } = await serve(fault, fault, fault);
    expect(await transport.request({ method: 'get', uri: NUMBERS })).toMatchObject({ statusCode: 200 });
    expect(seen).toHaveLength(4);
  });

  it.each(faults)('repeat an update of one resource and a delete after %s', async (fault) => {
    const { seen, transport } = await serve(fault, 200, fault, 200);
    expect(await transport.request({ method: 'post', uri: ONE_APP, data: {} })).toMatchObject({
      statusCode: 200,
    });
    expect(await transport.request({ method: 'delete', uri: ONE_APP })).toMatchObject({ statusCode: 200 });
    expect(seen).toHaveLength(4);
  });

  it('repeat a purchase after 429, which Twilio has not carried out', async () => {
    const { seen, transport } = await serve(429, 429);
    expect(await transport.request({ method: 'post', uri: NUMBERS, data: {} })).toMatchObject({
      statusCode: 200,
    });
    expect(seen).toHaveLength(3);
  });

  it.each([500, 503])('never repeat a purchase after %s', async (fault) => {
    const { seen, transport } = await serve(fault);
    expect(await transport.request({ method: 'post', uri: NUMBERS, data: {} })).toMatchObject({
      statusCode: fault,
    });
    expect(seen).toHaveLength(1);
  });

  it.each(['drop', 'hang'] as const)('never repeat a purchase after a %s', async (fault) => {
    const { seen, transport } = await serve(fault);
    const failure = transport.request({ method: 'post', uri: NUMBERS, data: {} });
    await expect(failure).rejects.toMatchObject({ name: 'NoAnswer', mayHaveArrived: true });
    expect(seen).toHaveLength(1);
  });
});

describe('a caller of the transport', () => {
  it('can accept an answer that would be retried', async () => {
    const { seen, transport } = await serveTo({ isWanted: ({ status }) => status === 429 }, 429);
    expect(await transport.request({ method: 'get', uri: NUMBERS })).toMatchObject({ statusCode: 429 });
    expect(seen).toHaveLength(1);
  });

  it('sees each answer before the SDK and can refuse it', async () => {
    const onAnswer = ({ body }: { body: string }) => {
      throw new Error(`not ${body}`);
    };
    const { transport } = await serveTo({ onAnswer });
    await expect(transport.request({ method: 'get', uri: NUMBERS })).rejects.toThrow('not {"ok":true}');
  });

  it('can abort: the request in flight fails with NoAnswer, and nothing is retried', async () => {
    const over = new AbortController();
    const { seen, transport } = await serveTo({ signal: over.signal, timeoutMs: 60_000 }, 'hang', 'hang');
    const asking = transport.request({ method: 'get', uri: NUMBERS });
    while (seen.length === 0) await new Promise((resolve) => void setImmediate(resolve));
    over.abort();
    await expect(asking).rejects.toMatchObject({ name: 'NoAnswer', mayHaveArrived: true });
    expect(seen).toHaveLength(1);
  });
});

describe('the limits of retries', () => {
  it('are four attempts, each wait twice as long as the last', async () => {
    const { seen, waits, transport } = await serve(500, 500, 500, 500, 500);
    expect(await transport.request({ method: 'get', uri: NUMBERS })).toMatchObject({ statusCode: 500 });
    expect(seen).toHaveLength(4);
    expect(waits).toEqual([250, 500, 1000]);
  });

  it('respect Retry-After, and end at once if it asks for too long a wait', async () => {
    const patient = await serve({ status: 429, retryAfter: '7' });
    await patient.transport.request({ method: 'get', uri: NUMBERS });
    expect(patient.waits).toEqual([7000]);
    await server?.close();
    const hasty = await serve({ status: 429, retryAfter: '3600' });
    expect(await hasty.transport.request({ method: 'get', uri: NUMBERS })).toMatchObject({ statusCode: 429 });
    expect(hasty.waits).toEqual([]);
  });

  it('mark a refused connection as a request that cannot have arrived', async () => {
    const { transport } = await serve();
    await server?.close();
    const failure = await transport
      .request({ method: 'post', uri: NUMBERS, data: {} })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NoAnswer);
    expect(failure).toMatchObject({ mayHaveArrived: false });
  });
});
