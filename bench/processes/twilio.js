// Stands in for Twilio on both sides of a relay: sends it texts, takes what it sends on, and times the way between.
import { createServer, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { converse } from './converse.js';
import { describeWebhook, formatWebhook } from './webhook.js';

/**
 * @typedef {{ port: number, url: string, authToken: string, mask: string }} Relay
 * @typedef {{ kind: 'pace', relay: Relay, barePort: number, first: number, count: number, perSecond: number }
 *   | { kind: 'flood', relay: Relay, first: number, count: number }} Task
 */

const CONTACTS = 200;
const CONNECTIONS = 16;

let taken = 0;
/** Called with the number of each text that the relay sends on. @type {(number: number) => void} */
let onTaken = () => undefined;

const server = createServer((incoming, outgoing) => {
  const [at, chunks] = [performance.now(), []];
  incoming.on('data', (chunk) => chunks.push(chunk));
  incoming.on('end', () => {
    taken += 1;
    onTaken(Number(/package\+(\d+)/.exec(String(Buffer.concat(chunks)))?.[1]), at);
    const answer = JSON.stringify({ sid: `SM${String(taken).padStart(32, '0')}`, status: 'queued' });
    outgoing.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': answer.length });
    outgoing.end(answer);
  });
});

/**
 * Sends texts at a steady pace, and halfway between each two a request to a server that does next to nothing.
 *
 * @returns the milliseconds from each webhook to the request that it led to, those of each round trip, and those of
 * round trips back to back, where everything is warm
 */
async function pace({ relay, barePort, first, count, perSecond }) {
  const sent = new Map();
  const [delays, trips] = [[], []];
  const done = new Promise((resolve) => {
    onTaken = (number, at) => {
      delays.push(at - sent.get(number));
      if (delays.length === count) resolve(undefined);
    };
  });
  const start = performance.now();
  const until = (index) => sleep(Math.max(0, start + (index * 1000) / perSecond - performance.now()));
  for (let index = 0; index < count; index += 1) {
    await until(index);
    const { path, headers, form } = describeWebhook(relay, first + index, index % CONTACTS);
    sent.set(first + index, performance.now());
    void post(relay.port, path, form, headers);
    await until(index + 0.5);
    trips.push(await timeTrip(barePort, form));
  }
  await done;
  const warm = [];
  for (let index = 0; index < count; index += 1) warm.push(await timeTrip(barePort, 'To=1&From=2&Body=3'));
  return { delays, trips, warm };
}

async function timeTrip(port, form) {
  const start = performance.now();
  await post(port, '/', form, {});
  return performance.now() - start;
}

/** Over connections that are kept, as Node.js does by itself. */
function post(port, path, body, headers) {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method: 'POST', headers }, (incoming) => {
      incoming.resume().on('end', resolve);
    });
    outgoing.on('error', reject).end(body);
  });
}

/** Ends when the relay has sent on all that it was told. */
async function flood({ relay, first, count }) {
  let sent = 0;
  const next = () => (sent < count ? formatWebhook(relay, first + sent++, sent % CONTACTS) : undefined);
  const until = taken + count;
  const done = new Promise((resolve) => {
    onTaken = () => taken === until && resolve(undefined);
  });
  await Promise.all(Array.from({ length: CONNECTIONS }, () => converse(relay.port, next(), next)));
  await done;
}

const KINDS = { pace, flood };
process.on('message', async (/** @type {Task} */ task) =>
  process.send?.((await KINDS[task.kind](task)) ?? 'done'),
);
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.send?.({ origin: `http://127.0.0.1:${address.port}` });
});
