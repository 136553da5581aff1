// Sends request bodies that are too long or end early, and multipart ones.
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandboxClient, fetchRaw } from '../../../test/support/sandbox-client.js';
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

describe('a multipart body', () => {
  const form = (fields: readonly (readonly [string, string | Blob])[]) => {
    const body = new FormData();
    for (const [name, value] of fields) body.append(name, value);
    return body;
  };

  it('is read like a URL-encoded one, without its files [R F367]', async () => {
    const client = createSandboxClient(sandbox);
    await client.incomingPhoneNumbers.create({ phoneNumber: '+12025550100' });
    const body = form([
      ['To', '+12125550190'],
      ['From', '+12025550100'],
      ['Body', 'a+b=c&d %41\n📲'],
      ['MediaUrl', 'http://127.0.0.1:9/a.jpg'],
      ['MediaUrl', 'http://127.0.0.1:9/b.jpg'],
      ['Body', new Blob(['a file'])],
    ]);
    const messages = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages.json`;
    const answer = await fetchRaw(sandbox, messages, { method: 'POST', body });
    expect(answer.status).toBe(201);
    // FormData writes line ends as CRLF.
    expect(await answer.json()).toMatchObject({
      body: 'a+b=c&d %41\r\n📲',
      num_media: '2',
      to: '+12125550190',
    });
  });

  const PARTS = [
    '--x',
    'Content-Disposition: form-data; name="FriendlyName"',
    '',
    'Line one',
    'and two ',
    '',
    '--x',
    'Content-Disposition: form-data; name="VoiceUrl"',
    '',
    'http://127.0.0.1/',
    '--x--',
  ];
  const [CRLF, LF] = [`${PARTS.join('\r\n')}\r\n`, `${PARTS.join('\n')}\n`];
  const NAME = 'Line one\r\nand two \r\n';

  it.each([
    ['with its boundary in quotes', 'multipart/form-data; boundary="x"', CRLF, NAME],
    ['with a charset before its boundary', 'Multipart/Form-Data; charset=utf-8; Boundary=x', CRLF, NAME],
    ['with a charset behind its boundary', 'multipart/form-data;boundary=x;charset=utf-8', CRLF, NAME],
    ['with names without quotes, as .NET writes them', undefined, CRLF.replaceAll('"', ''), NAME],
    ['with other headers first', undefined, CRLF.replaceAll('Content-D', 'A: b\r\nCONTENT-d'), NAME],
    [
      'with other headers behind',
      undefined,
      CRLF.replaceAll('\r\n\r\nL', '\r\nContent-Length: 9\r\n\r\nL'),
      NAME,
    ],
    ['with text before and behind it', undefined, `Hello --x\r\n${CRLF}Bye`, NAME],
    ['without a line end at the end', undefined, CRLF.trimEnd(), NAME],
    ['with spaces behind a boundary', undefined, CRLF.replaceAll('--x\r\n', '--x  \r\n'), NAME],
    ['with line feeds alone', undefined, LF, 'Line one\nand two \n'],
  ])('%s is read [U F646]', async (_what, type, body, friendlyName) => {
    const headers = { 'content-type': type ?? 'multipart/form-data; boundary=x' };
    const answer = await fetchRaw(sandbox, path(), { method: 'POST', headers, body });
    expect(await answer.json()).toMatchObject({
      friendly_name: friendlyName,
      voice_url: 'http://127.0.0.1/',
    });
  });

  it.each([
    ['without a boundary', 'multipart/form-data', '--x\r\n\r\n--x--'],
    ['that is not multipart', 'multipart/form-data; boundary=x', 'FriendlyName=Relay'],
    [
      'that breaks off',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="FriendlyName"\r\n',
    ],
    ['with a part without a name', 'Multipart/Form-Data; boundary=x', '--x\r\nA: b\r\n\r\nc\r\n--x--'],
    ['that is empty', 'multipart/form-data; boundary=x', ''],
  ])('%s is refused', async (_what, type, body) => {
    const answer = await fetchRaw(sandbox, path(), {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 20400 });
  });

  it('of the greatest size is answered, whatever is in it', async () => {
    const part = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n';
    const bodies = [
      `${part.repeat(LIMIT / part.length - 1)}--x--`,
      '--x'.repeat(LIMIT / 3 - 1),
      '--x\r\n'.repeat(LIMIT / 5 - 1),
      `--x\r\n${'A: b\r\n'.repeat(LIMIT / 6 - 9)}\r\n--x--`,
      `--x\r\nContent-Disposition: form-data; name="${'"'.repeat(LIMIT / 2)}"\r\n\r\n--x--`,
    ];
    for (const body of bodies) {
      const headers = { 'content-type': 'multipart/form-data; boundary=x' };
      const answer = await fetchRaw(sandbox, path(), { method: 'POST', headers, body });
      expect([201, 400]).toContain(answer.status);
    }
    const longer = await fetchRaw(sandbox, path(), {
      method: 'POST',
      body: form([['FriendlyName', 'x'.repeat(LIMIT)]]),
    });
    expect(longer.status).toBe(413);
  });
});
