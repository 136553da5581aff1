// Follows the exchanges of a gateway: cut mid-burst, read slowly, from an id that is no longer kept, by a web page.
import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { setUpGateway, startApp, webhook } from '../../test/support/gateway.js';
import type { ExchangeSummary, NewExchange } from '../exchanges/exchange.js';
import { listen } from '../http/listen.js';
import { createGatewayClient, createGatewayControlListener } from './control.js';
import type { FollowNotice, FollowStart } from './follow.js';
import type { GatewayOptions } from './gateway.js';

const TOKEN = 'token';

async function setUp(options: Partial<GatewayOptions> = {}) {
  const app = await startApp((incoming, outgoing) => {
    incoming.resume().on('end', () => outgoing.end());
  });
  const scene = await setUpGateway(app.origin, options);
  const answers: ServerResponse[] = [];
  const listener = createGatewayControlListener(scene.gateway, TOKEN);
  const control = await listen(
    (incoming, outgoing) => {
      answers.push(outgoing);
      listener(incoming, outgoing);
    },
    { port: 0 },
  );
  onTestFinished(() => control.close());
  const client = createGatewayClient({ origin: control.origin, token: TOKEN });
  await scene.ask(webhook());
  const [one] = scene.gateway.list({});
  const template = scene.gateway.find(one?.id ?? 0);
  if (!template) throw new Error('nothing is recorded');
  /** Records exchanges without requests. */
  const add = (count: number, summary: Partial<ExchangeSummary> = {}) => {
    for (let at = 0; at < count; at += 1)
      scene.gateway.add({ ...template, summary: { ...template.summary, ...summary } } as NewExchange);
  };
  return { ...scene, control, client, answers, add };
}

it('yields each exchange once and in order, however often the connection is cut', async () => {
  const { gateway, control, client, ask } = await setUp();
  const seen: number[] = [];
  const gaps: (number | null)[] = [];
  const ending = new AbortController();
  let cuts = 0;
  const onSummary = ({ id }: ExchangeSummary) => {
    seen.push(id);
    if (seen.length % 17 === 0) {
      cuts += 1;
      control.server.closeAllConnections();
    }
    if (id === 301) ending.abort();
  };
  const follow = async () => {
    let since: FollowStart = 0;
    while (!ending.signal.aborted)
      since = await client.follow(since, { onSummary, onGap: (missed) => gaps.push(missed) }, ending.signal);
  };
  const burst = async (count: number) => {
    for (let at = 0; at < count; at += 1)
      await ask(at % 3 === 0 ? { method: 'POST', target: '/stranger' } : webhook());
  };
  await Promise.all([follow(), burst(100), burst(100), burst(100)]);
  expect(gateway.lastId()).toBe(301);
  expect(seen).toEqual(Array.from({ length: 301 }, (_, at) => at + 1));
  expect(gaps).toEqual([]);
  expect(cuts).toBeGreaterThan(15);
});

it('begins with the next exchange, and says where, so that nothing is lost before the first one', async () => {
  const { client, control, add } = await setUp();
  const listener = { onSummary: () => undefined, onGap: () => undefined };
  const following = client.follow('now', listener, new AbortController().signal);
  await once(control.server, 'request');
  await new Promise((resolve) => void setImmediate(resolve));
  control.server.closeAllConnections();
  const since = await following;
  add(2);
  const seen: number[] = [];
  const ending = new AbortController();
  const onSummary = ({ id }: ExchangeSummary) => {
    seen.push(id);
    if (id === 3) ending.abort();
  };
  await client.follow(since, { ...listener, onSummary }, ending.signal);
  expect([since, seen]).toEqual([1, [2, 3]]);
});

/** Reads lines until the id `last`. */
async function readLines(origin: string, since: FollowStart | undefined, last: number) {
  const outgoing = request(`${origin}/follow${since === undefined ? '' : `?since=${since}`}`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  outgoing.end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  // `read` ends the connection, which is an error of both.
  incoming.on('error', () => undefined);
  const lines: (ExchangeSummary | FollowNotice)[] = [];
  const read = async () => {
    const texts = createInterface({ input: incoming }).on('error', () => undefined);
    for await (const text of texts) {
      const line = JSON.parse(text) as ExchangeSummary | FollowNotice;
      lines.push(line);
      const end = 'gap' in line ? line.gap.after + (line.gap.missed ?? 0) : 'id' in line ? line.id : 0;
      if (end === last) break;
    }
    outgoing.destroy();
    return lines;
  };
  return { incoming, read };
}

/** Checks that the exchanges and the gaps follow on one another from `since` to `last`. */
function verifyComplete(lines: readonly (ExchangeSummary | FollowNotice)[], since: number, last: number) {
  let at = since;
  for (const line of lines) {
    if ('gap' in line) {
      expect(line.gap.after).toBe(at);
      at += line.gap.missed ?? 0;
    } else if ('id' in line) {
      expect(line.id).toBe(at + 1);
      at = line.id;
    }
  }
  expect(at).toBe(last);
}

it('names what is no longer kept', async () => {
  const { control, gateway, add } = await setUp({ maxExchanges: 5 });
  add(220);
  const last = gateway.lastId();
  const lines = await (await readLines(control.origin, 3, last)).read();
  expect(lines[0]).toEqual({ gap: { after: 3, missed: expect.any(Number) } });
  verifyComplete(lines, 3, last);
});

it('tells a client with an id of another database that it starts anew', async () => {
  const { control, add } = await setUp();
  add(3);
  const lines = await (await readLines(control.origin, 999, 4)).read();
  expect(lines[0]).toEqual({ gap: { after: 999, missed: null } });
  expect(lines.slice(1)).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }]);
});

it('holds little in memory for a client that reads slowly, and names what it missed', async () => {
  const { control, gateway, add, answers } = await setUp({ maxExchanges: 300 });
  const { incoming, read } = await readLines(control.origin, 1, 2401);
  incoming.pause();
  for (let round = 0; round < 12; round += 1) {
    add(200, { target: `/${'x'.repeat(4000)}`, ...(round % 2 === 0 && { refusal: 'it is a stranger' }) });
    await new Promise((resolve) => void setImmediate(resolve));
    expect(answers.at(-1)?.writableLength).toBeLessThan(2 * 1024 * 1024);
  }
  expect(gateway.lastId()).toBe(2401);
  const lines = await read();
  verifyComplete(lines, 1, 2401);
  expect(lines.some((line) => 'gap' in line)).toBe(true);
});

it('sends a client that says no id new exchanges only, and no notices', async () => {
  const { control, add } = await setUp();
  const { read } = await readLines(control.origin, undefined, 3);
  add(2);
  expect((await read()).map((line) => 'id' in line && line.id)).toEqual([2, 3]);
});

it('lists exchanges by pages', async () => {
  const { client, add } = await setUp();
  add(450);
  const pages: number[][] = [];
  for (let before: number | undefined; ; before = pages.at(-1)?.at(-1)) {
    const page = await client.list({ before, limit: 100 });
    if (page.length === 0) break;
    pages.push(page.map(({ id }) => id));
  }
  expect(pages.map((page) => page.length)).toEqual([100, 100, 100, 100, 51]);
  expect(pages.flat()).toEqual(Array.from({ length: 451 }, (_, at) => 451 - at));
});

it('refuses web pages and foreign names, whatever token they have', async () => {
  const { control, client } = await setUp();
  const { port } = control;
  const ask = async (headers: Record<string, string>, path = '/exchanges') => {
    const outgoing = request({ port, path, headers: { authorization: `Bearer ${TOKEN}`, ...headers } });
    outgoing.end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.resume();
    return incoming.statusCode;
  };
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`])
    expect(await ask({ host }), host).toBe(200);
  const foreign = [
    `rebound.example:${port}`,
    'localhost',
    `127.0.0.1:${port + 1}`,
    `127.0.0.2:${port}`,
    `localhost.:${port}`,
    `127.0.0.1:${port}@evil.example`,
  ];
  for (const host of foreign) expect(await ask({ host }), host).toBe(403);
  for (const origin of ['https://evil.example', `http://127.0.0.1:${port}`, 'null', ''])
    for (const path of ['/exchanges', '/exchanges/1', '/follow'])
      expect(await ask({ origin }, path)).toBe(403);
  expect(await ask({}, '/follow?since=yesterday')).toBe(400);
  expect(await client.list({})).toHaveLength(1);
});
