// Tells Firefox Relay, `relay-phone serve` and other servers apart without a token.
import type { RequestListener } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { listen } from '../http/listen.js';
import { mayHaveUserApi, recognizeApp } from './recognize-app.js';

async function start(listener: RequestListener): Promise<string> {
  const server = await listen(listener, { port: 0 });
  onTestFinished(server.close);
  return server.origin;
}

it.each([
  [200, '', 'relay'],
  [200, '<!doctype html><title>Vite</title>', 'unknown'],
  [404, '{"detail":"There is nothing here."}', 'serve'],
  [404, '{"detail":"Not found."}', 'unknown'],
  [404, '<title>Page not found</title>', 'unknown'],
  [302, '', 'unknown'],
  [500, 'null', 'unknown'],
])('an answer of %d with %j is recognised as %s', async (status, body, kind) => {
  const origin = await start(({ url, headers }, answer) => {
    expect([url, headers.authorization]).toEqual(['/__lbheartbeat__', undefined]);
    answer.writeHead(status).end(body);
  });
  expect(await recognizeApp(origin)).toBe(kind);
});

it('a server that does not answer is unknown', async () => {
  expect(await recognizeApp('http://127.0.0.1:9')).toBe('unknown');
  expect(await recognizeApp(await start(({ socket }) => void socket.destroy()))).toBe('unknown');
});

it.each([
  [401, '{"detail":"Invalid token."}', true],
  [403, '{"detail":"Authentication credentials were not provided."}', true],
  [401, 'Unauthorized', false],
  [404, '{"detail":"Not found."}', false],
  [200, '', false],
  [200, '[]', false],
])(
  'an app that answers a request without a token by %d with %j may have the user API: %s',
  async (status, body, may) => {
    const origin = await start(({ url, headers }, answer) => {
      expect([url, headers.authorization]).toEqual(['/api/v1/realphone/', undefined]);
      answer.writeHead(status).end(body);
    });
    expect(await mayHaveUserApi(origin)).toBe(may);
  },
);

it('a server that does not answer may have the user API', async () => {
  expect(await mayHaveUserApi('http://127.0.0.1:9')).toBe(true);
});
