// Measures a relay: how fast it acknowledges texts, how long it takes to relay one, and whether its memory stays flat.
import { buildRooms } from './build.js';
import { start, startBareServer, startWithDatabase } from './child.js';
import { median, percentile, reportAtLeast, reportAtMost } from './figures.js';
import { compareTurns, describeTurns, loadWebhooks, perSecondOf, takeTurns } from './turns.js';

const ROUNDS = 9;
const LOAD = { connections: 16, contacts: 200, count: 20_000 };
const [FEW, MANY] = [20_000, 100_000];
/** Short turns, because they are compared in pairs. */
const CROWD = { strangers: 1000, rounds: 41, count: 3000 };
const PACE = { perSecond: 100, count: 2000 };
const BASE = 'https://relay.example.test';
const URL = `${BASE}/api/v1/inbound_sms`;
const TOKEN = '0123456789abcdef0123456789abcdef';
const RECEIVER = { url: URL, authToken: TOKEN, mask: '+12025550100' };
const ACCOUNT = 'AC5a4db0c5436e422a83151436e1e29c16';

/** Prints a line for each. */
export async function measure() {
  await buildRooms();
  await measureAcknowledging();
  await measureCrowd();
  await measureRelaying();
}

/** Compares with Express and Twilio's own middleware, in turns; both report the CPU time of a request. */
async function measureAcknowledging() {
  const relay = await startRelay('http://127.0.0.1:9', { width: 0 });
  const express = await start('express', URL, TOKEN);
  const client = await start('webhooks');
  const loads = [relay, express].map((server) => (first) => load(client, server, first));
  const turns = await takeTurns(loads, { rounds: ROUNDS, count: LOAD.count });
  await Promise.all([relay.end(), express.end(), client.end()]);
  const ratio = perSecondOf(turns.ours) / perSecondOf(turns.theirs);
  const details = `${describeTurns(turns.ours)}, Express ${describeTurns(turns.theirs)}; medians of ${ROUNDS}`;
  reportAtLeast('inbound_sms, stored and acknowledged', ratio, 2.5, 'x', details);
}

/** Compares a relay on which strangers idle with one without, in turns. */
async function measureCrowd() {
  const nothing = 'http://127.0.0.1:9';
  const [crowded, quiet] = [await startRelay(nothing, { width: 0 }), await startRelay(nothing, { width: 0 })];
  const { pathname } = new globalThis.URL(URL);
  const strangers = await start('strangers', String(crowded.first.port), String(CROWD.strangers), pathname);
  const client = await start('webhooks');
  const turn = { ...LOAD, count: CROWD.count };
  const loads = [crowded, quiet].map((server) => (first) => load(client, server, first, turn));
  const turns = await takeTurns(loads, CROWD);
  await Promise.all([strangers, crowded, quiet, client].map((one) => one.end()));
  const ratio = compareTurns(turns);
  const details = `${describeTurns(turns.ours)}, without ${describeTurns(turns.theirs)}; medians of ${CROWD.rounds} pairs`;
  reportAtLeast(`inbound_sms of the relay with ${CROWD.strangers} idle strangers`, ratio, 0.9, 'x', details);
}

/** From the webhook to the request that sends it on, against a round trip to a bare server between two of them. */
async function measureRelaying() {
  const twilio = await start('twilio');
  const relay = await startRelay(twilio.first.origin);
  const bare = await startBareServer(50);
  const ask = (task) => twilio.ask({ relay: { ...relay.first, url: URL, authToken: TOKEN }, ...task });

  await ask({ kind: 'flood', first: 0, count: FEW });
  const few = await relay.ask('memory');
  const barePort = bare.server.port;
  const { delays, trips, warm } = await ask({ kind: 'pace', barePort, first: FEW, ...PACE });
  const [p50, p99, trip] = [median(delays), percentile(delays, 99), median(trips)];
  const round = `a round trip at that pace ${trip.toFixed(3)} ms, back to back ${median(warm).toFixed(3)} ms`;
  const details = `${PACE.count} texts, ${PACE.perSecond} a second; ${round}`;
  reportAtMost('delay of a text, median', p50 / trip, 12, 'x', `${p50.toFixed(2)} ms; ${details}`);
  reportAtMost('delay of a text, 99 of 100', p99 / trip, 60, 'x', `${p99.toFixed(2)} ms; ${details}`);

  await ask({ kind: 'flood', first: FEW + PACE.count, count: MANY - FEW - PACE.count });
  const many = await relay.ask('memory');
  const megabytes = [many, few].map((bytes) => (bytes / 1e6).toFixed(0));
  const name = `memory after ${MANY} relayed texts, against ${FEW}`;
  reportAtMost(name, many / few, 1.1, 'x', `${megabytes.join(' and ')} MB`);
  await Promise.all([twilio.end(), relay.end(), bare.end()]);
}

function startRelay(twilio, { width = 16 } = {}) {
  const own = [BASE, TOKEN, ACCOUNT, twilio, String(width)];
  return startWithDatabase('relay', (database) => [database, ...own]);
}

function load(client, server, first, turn = LOAD) {
  return loadWebhooks(client, server, { ...turn, first, server: RECEIVER });
}
