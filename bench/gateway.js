// Measures the gateway: how fast webhooks go through it, and what memory a long answer takes.

import { get } from 'node:http';
import { buildRooms } from './build.js';
import { start, startWithDatabase } from './child.js';
import { reportAtLeast, reportAtMost } from './figures.js';
import { compareTurns, describeTurns, loadWebhooks, perSecondOf, takeTurns } from './turns.js';

const ROUNDS = 9;
const LOAD = { connections: 16, contacts: 200, count: 10_000 };
const BASE = 'https://relay.example.test';
const URL = `${BASE}/api/v1/inbound_sms`;
const TOKEN = '0123456789abcdef0123456789abcdef';
const RECEIVER = { url: URL, authToken: TOKEN, mask: '+12025550100' };
/** Short turns, because they are compared in pairs. */
const CROWD = { strangers: 1000, rounds: 41, count: 3000 };
const [SIZE, TIMES] = [20_000_000, 5];

/** Prints a line for each. */
export async function measure() {
  await buildRooms();
  await measurePassing();
  await measureCrowd();
  await measureStreaming();
}

/** Compares with a bare pass-through to the same app, in turns; both report the CPU time of a request. */
async function measurePassing() {
  const app = await start('app');
  const gateway = await startGateway(app.first.origin);
  const bare = await start('pass-through', app.first.origin);
  const client = await start('webhooks');
  const loads = [gateway, bare].map((server) => (first) => load(client, server, first));
  const turns = await takeTurns(loads, { rounds: ROUNDS, count: LOAD.count });
  await Promise.all([gateway.end(), bare.end(), client.end(), app.end()]);
  const ratio = perSecondOf(turns.ours) / perSecondOf(turns.theirs);
  const details = `${describeTurns(turns.ours)}, bare pass-through ${describeTurns(turns.theirs)}; medians of ${ROUNDS}`;
  reportAtLeast('webhooks through the gateway, checked and recorded', ratio, 0.8, 'x', details);
}

/** Compares a gateway on which strangers idle with one without, in turns. */
async function measureCrowd() {
  const app = await start('app');
  const [crowded, quiet] = [await startGateway(app.first.origin), await startGateway(app.first.origin)];
  const { pathname } = new globalThis.URL(URL);
  const strangers = await start('strangers', String(crowded.first.port), String(CROWD.strangers), pathname);
  const client = await start('webhooks');
  const turn = { ...LOAD, count: CROWD.count };
  const loads = [crowded, quiet].map((server) => (first) => load(client, server, first, turn));
  const turns = await takeTurns(loads, CROWD);
  await Promise.all([strangers, crowded, quiet, client, app].map((one) => one.end()));
  const ratio = compareTurns(turns);
  const details = `${describeTurns(turns.ours)}, without ${describeTurns(turns.theirs)}; medians of ${CROWD.rounds} pairs`;
  reportAtLeast(
    `signed webhooks through the gateway with ${CROWD.strangers} idle strangers`,
    ratio,
    0.9,
    'x',
    details,
  );
}

/**
 * By how much the most memory it ever had grows with long answers, once it has passed on some: Node.js lets read buffers
 * pile up before it collects them, in a bare pass-through too, which is told beside it.
 */
async function measureStreaming() {
  const app = await start('app');
  const gateway = await startGateway(app.first.origin, 'all');
  const bare = await start('pass-through', app.first.origin);
  const client = await start('webhooks');
  const [ours, theirs] = [await stream(client, gateway), await stream(client, bare)];
  await Promise.all([gateway.end(), bare.end(), client.end(), app.end()]);
  const first = `the first ${TIMES} ${ours.first.toFixed(0)} MB, bare pass-through ${theirs.first.toFixed(0)}`;
  const details = `${TIMES} answers of ${SIZE / 1e6} MB, one after the other; ${first}`;
  reportAtMost('memory that more long answers take', ours.more, 10, 'MB', details);
}

async function stream(client, server) {
  await load(client, server, 0);
  const peaks = [await measurePeak(server)];
  for (const _ of ['first', 'more']) {
    for (let time = 0; time < TIMES; time += 1) await drain(server.first.port);
    peaks.push(await measurePeak(server));
  }
  const [before = 0, after = 0, end = 0] = peaks;
  return { first: after - before, more: end - after };
}

async function measurePeak(server) {
  return (await server.ask('usage')).memory / 1e6;
}

function startGateway(app, ...flags) {
  return startWithDatabase('gateway', (database) => [app, database, BASE, TOKEN, ...flags]);
}

function load(client, server, first, turn = LOAD) {
  return loadWebhooks(client, server, { ...turn, first, server: RECEIVER });
}

/** @returns {Promise<void>} when the whole answer was read */
function drain(port) {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: `/big?size=${SIZE}` }, (incoming) => {
      incoming.resume().on('end', resolve).on('error', reject);
    }).on('error', reject);
  });
}
