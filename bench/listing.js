// Measures the first page of filtered lists of 100,000 messages against the same of 1,000.
import { Agent, get } from 'node:http';
import { startClient, startSandbox } from './child.js';
import { median, reportAtMost } from './figures.js';

const ROUNDS = 101;
const PAGE = 50;
const DAY = 86_400_000;
/** The phone that texts came to only at the very beginning, and one of those that they came to ever after. */
const [EARLY, BUSY] = ['+12125550199', '+12125550105'];
const FROM = '+12025550100';

/** @type {Record<string, Record<string, string>>} */
const FILTERS = {
  'no filter': {},
  To: { To: BUSY },
  'To, long ago': { To: EARLY },
  'To, nobody': { To: '+12125550150' },
  From: { From: FROM },
  'DateSent, today': { DateSent: day(0) },
  'DateSent, none': { 'DateSent<': day(-2) },
  'DateSent, none yet': { 'DateSent>': day(2) },
  'To and From': { To: BUSY, From: FROM },
  'To and DateSent': { To: BUSY, 'DateSent>': day(-1), 'DateSent<': day(1) },
  'To and DateSent, none': { To: BUSY, 'DateSent<': day(-2) },
  'all, long ago': { To: EARLY, From: FROM, 'DateSent>': day(-1) },
};

/** Prints a line for each filter. */
export async function measure() {
  const client = await startClient();
  const few = await fill(client, 1000);
  const many = await fill(client, 100_000);
  for (const [name, filter] of Object.entries(FILTERS)) {
    const times = { few: [], many: [] };
    for (let round = -10; round < ROUNDS; round += 1) {
      const [one, other] = [await timed(few.server, filter), await timed(many.server, filter)];
      if (round < 0) continue;
      times.few.push(one);
      times.many.push(other);
    }
    const figures = `${median(times.many).toFixed(2)} ms, of 1,000 ${median(times.few).toFixed(2)} ms`;
    const ratio = median(times.many) / median(times.few);
    reportAtMost(`page 1 of 100,000 messages, ${name}`, ratio, 2, 'x', `medians of ${ROUNDS}: ${figures}`);
  }
  await Promise.all([few.end(), many.end(), client.end()]);
}

/** A sandbox with that many messages, of which the first page's worth went to the early phone. */
async function fill(client, count) {
  const sandbox = await startSandbox();
  const { server } = sandbox;
  await client.load({ server, connections: 1, phones: [99, 99], count: PAGE });
  await client.load({ server, connections: 10, phones: [0, 9], count: count - PAGE });
  while ((await list(server, {})).messages[0].status !== 'delivered');
  return sandbox;
}

async function timed(server, filter) {
  const start = performance.now();
  await list(server, filter);
  return performance.now() - start;
}

const agent = new Agent({ keepAlive: true });

/** @returns {Promise<{ messages: { status: string }[] }>} */
function list({ port, path, authorization }, filter) {
  return new Promise((resolve, reject) => {
    const options = { agent, port, host: '127.0.0.1', headers: { authorization } };
    get({ ...options, path: `${path}?${new URLSearchParams(filter)}` }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(JSON.parse(text)));
    }).on('error', reject);
  });
}

function day(offset) {
  return new Date(Date.now() + offset * DAY).toISOString().slice(0, 10);
}
