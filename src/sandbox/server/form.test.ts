// Sends request bodies that are too long or end early.
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchRaw } from '../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../create.js';

const LIMIT = 1_048_576;
const GIGABYTE = 1_000_000_000;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
});
afterAll(() => sandbox.close());

const path = () => `/2010-04-01/Accounts/${sandbox.accountSid}/Applications.json`;

function post(headers: Record<string, string | number>): ClientRequest {
  const { port, accountSid, authToken } = sandbox;
  const auth = `${accountSid}:${authToken}`;
  const posted = request({ port, host: '127.0.0.1', path: path(), method: 'POST', auth, headers });
  posted.on('error', () => undefined);
  return posted;
}

async function answerTo(posted: ClientRequest): Promise<IncomingMessage> {
  const [answer] = (await once(posted, 'response')) as [IncomingMessage];
  return answer;
}

describe('a request body', () => {
  it('may be a mebibyte long', async () => {
    const body = 'FriendlyName=Relay&x='.padEnd(LIMIT, 'x');
    expect((await fetchRaw(sandbox, path(), { method: 'POST', body })).status).toBe(201);
    const longer = await fetchRaw(sandbox, path(), { method: 'POST', body: `${body}x` });
    expect(longer.status).toBe(413);
    expect(await longer.json()).toMatchObject({ code: 20413 });
  });

  it('is refused before it arrives if its Content-Length is a gigabyte', async () => {
    const posted = post({ 'Content-Length': GIGABYTE });
    posted.flushHeaders();
    const answer = await answerTo(posted);
    expect(answer.statusCode).toBe(413);
    expect(await json(answer)).toMatchObject({ code: 20413, status: 413 });
    // The client sends nothing, so the sandbox closes the connection.
    await once(posted, 'close');
  });

  it('is refused at the limit if it has no Content-Length', async () => {
    const posted = post({ 'Transfer-Encoding': 'chunked' });
    const answering = answerTo(posted);
    let sent = 0;
    const pour = () => {
      while (sent < GIGABYTE && posted.write('x'.repeat(65_536))) sent += 65_536;
    };
    posted.on('drain', pour);
    pour();
    const answer = await answering;
    expect(answer.statusCode).toBe(413);
    expect(sent).toBeLessThan(GIGABYTE);
    posted.destroy();
  });

  it.each([
    ['with a Content-Length', { 'Content-Length': 99 }],
    ['without a Content-Length', { 'Transfer-Encoding': 'chunked' }],
  ])('has no effect and gets 400 if it ends early, %s', async (_what, headers) => {
    const before = sandbox.requests().length;
    const seen = sandbox.nextEvent(({ kind }) => kind === 'request.in');
    const posted = post(headers);
    posted.write('FriendlyName=half', () => posted.destroy());
    await seen;
    expect(sandbox.requests().slice(before)).toMatchObject([{ method: 'POST', status: 400 }]);
  });

  it('is read if it has no Content-Length', async () => {
    const posted = post({ 'Transfer-Encoding': 'chunked' });
    posted.write('Friendly');
    posted.end('Name=Relay');
    const answer = await answerTo(posted);
    expect(await json(answer)).toMatchObject({ friendly_name: 'Relay' });
  });
});
