// Tests that files which the app's TwiML names can be fetched without a signature, and no others.
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, it } from 'vitest';
import {
  type Asked,
  BASE,
  type GatewayScene,
  SMS,
  setUpGateway,
  startApp,
  webhook,
} from '../../../test/support/gateway.js';

let asked: { readonly target: string; readonly headers: string[] }[];
beforeEach(() => {
  asked = [];
});

/** Starts an app that answers texts with this TwiML, and sends the text. */
async function setUp(twiml: string, coding?: 'gzip'): Promise<GatewayScene> {
  const app = await startApp((incoming, outgoing) => {
    asked.push({ target: `${incoming.method} ${incoming.url}`, headers: Object.keys(incoming.headers) });
    incoming.resume().on('end', () => {
      if (incoming.url !== SMS) return void outgoing.end('a picture');
      const body = coding ? gzipSync(twiml) : twiml;
      outgoing
        .writeHead(200, { 'Content-Type': 'text/xml', ...(coding && { 'Content-Encoding': coding }) })
        .end(body);
    });
  });
  const scene = await setUpGateway(app.origin);
  expect((await scene.ask(webhook())).status).toBe(200);
  await scene.waitFor('exchange');
  asked.length = 0;
  return scene;
}

function inMessage(url: string): string {
  return `<Response><Message><Body>Look</Body>${url}</Message></Response>`;
}

it.each([
  ['an absolute URL', '/static/cat.png', `<Media>${BASE}/static/cat.png</Media>`],
  ['a relative URL', '/api/v1/cat.png?size=1', '<Media>cat.png?size=1</Media>'],
  ['entities', '/cat?a=1&b=2', '<Media> /cat?a=1&amp;b=2 </Media>'],
  ['CDATA', '/cat?a=1&b=2', '<Media>\n<![CDATA[/cat?a=1&b=2]]>\n</Media>'],
  ['an attribute', '/hello.mp3', '<Play loop="2">/hello.mp3</Play>'],
  ['a comment', '/hello.mp3', '<Play><!-- <Media>/no</Media> -->/hello.mp3</Play>'],
])('lets Twilio fetch a file that TwiML names with %s, unsigned', async (_what, target, element) => {
  const scene = await setUp(inMessage(element));
  const headers = { Cookie: 'a=1', 'X-Original-URL': '/admin', Accept: 'image/*' };
  expect((await scene.ask({ target, headers })).body.toString()).toBe('a picture');
  expect((await scene.ask({ target, method: 'HEAD' })).status).toBe(200);
  const wrong = { 'X-Twilio-Signature': 'x', Cookie: 'a=1' };
  expect((await scene.ask({ target, headers: wrong })).status).toBe(200);
  await scene.waitFor('exchange', 4);
  expect(asked.map((one) => one.target)).toEqual([`GET ${target}`, `HEAD ${target}`, `GET ${target}`]);
  const forwarded = new Set(asked.flatMap((one) => one.headers));
  expect([...forwarded].sort()).toEqual([
    'accept',
    'cdn-loop',
    'connection',
    'host',
    'x-forwarded-host',
    'x-forwarded-proto',
  ]);
  const recorded = scene.gateway.list({ limit: 3 });
  for (const one of recorded) expect(one).toMatchObject({ kind: 'media', verdict: { result: 'unsigned' } });
  expect(scene.gateway.list({ failed: true })).toEqual([]);
});

it('reads compressed TwiML', async () => {
  const scene = await setUp(inMessage('<Media>/cat.png</Media>'), 'gzip');
  expect((await scene.ask({ target: '/cat.png' })).status).toBe(200);
});

it.each<[string, string, Asked]>([
  ['another file', '<Media>/cat.png</Media>', { target: '/cat.jpg' }],
  ['another query', '<Media>/cat.png</Media>', { target: '/cat.png?x=1' }],
  ['another spelling', '<Media>/cat.png</Media>', { target: '/%63at.png' }],
  ['a POST', '<Media>/cat.png</Media>', { target: '/cat.png', method: 'POST' }],
  ['a DELETE', '<Media>/cat.png</Media>', { target: '/cat.png', method: 'DELETE' }],
  [
    'a body',
    '<Media>/cat.png</Media>',
    { target: '/cat.png', headers: { 'Content-Length': '1' }, body: 'x' },
  ],
  [
    'a signed-looking body',
    '<Media>/cat.png</Media>',
    { target: '/cat.png', headers: { 'Content-Length': '1', 'X-Twilio-Signature': 'x' }, body: 'x' },
  ],
  ['a file of another host', '<Media>https://x.example.test/cat.png</Media>', { target: '/cat.png' }],
  ['a file of another port', `<Media>${BASE}:8443/cat.png</Media>`, { target: '/cat.png' }],
  ['text that looks like a file', '&lt;Media&gt;/cat.png&lt;/Media&gt;', { target: '/cat.png' }],
  ['a file in a comment', '<!-- <Media>/cat.png</Media> -->', { target: '/cat.png' }],
  ['an action, which is signed', '<Gather action="/cat.png"/>', { target: '/cat.png' }],
])('refuses %s', async (_what, element, request) => {
  const scene = await setUp(inMessage(element));
  expect((await scene.ask(request)).status).toBe(404);
  expect(asked).toEqual([]);
});

it('forgets the oldest of more than a thousand files', async () => {
  const names = Array.from({ length: 1001 }, (_, index) => `<Media>/f${index}</Media>`);
  const scene = await setUp(inMessage(names.join('')));
  expect((await scene.ask({ target: '/f0' })).status).toBe(404);
  expect((await scene.ask({ target: '/f1000' })).status).toBe(200);
});
