// Measures what recording costs: POST Messages with kept exchanges against without, and reading ten thousand events.
import { get } from 'node:http';
import { startClient, startSandbox } from './child.js';
import { median, reportAtLeast, reportAtMost } from './figures.js';
import { compareTurns, describeTurns } from './turns.js';

/** Many short turns: what else the machine does slows both of a pair. */
const ROUNDS = 41;
const LOAD = { connections: 16, phones: [0, 99], seconds: 0.4 };
const READS = 21;
const EVENTS = 10_000;

/** Prints the ratio of their requests per second, and the time of `GET /_sandbox/events.json`. */
export async function measure() {
  const client = await startClient();
  const [recording, bare] = [await startSandbox(), await startSandbox(0)];
  for (const { server } of [recording, bare]) await client.load({ server, ...LOAD, seconds: 2 });
  const turns = { ours: [], theirs: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const isOursFirst = round % 2 === 0;
    let ours = isOursFirst ? await loadOne(client, recording) : undefined;
    turns.theirs.push(await loadOne(client, bare));
    ours ??= await loadOne(client, recording);
    turns.ours.push(ours);
  }
  const details = `${describeTurns(turns.ours)}, without ${describeTurns(turns.theirs)}; median of ${ROUNDS} pairs`;
  reportAtLeast('POST Messages, exchanges kept', compareTurns(turns), 0.95, 'x', details);
  await measureEvents(recording);
  await Promise.all([recording.end(), bare.end(), client.end()]);
}

/** @returns what one of the two did in its turn: requests per second, and CPU microseconds for each */
async function loadOne(client, { server, measure }) {
  const before = await measure();
  const { perSecond, answered } = await client.load({ server, ...LOAD });
  const after = await measure();
  return { perSecond, cpu: (after.cpu - before.cpu) / answered };
}

async function measureEvents({ server }) {
  const times = [];
  let size = 0;
  for (let read = 0; read < READS; read += 1) {
    const start = performance.now();
    const body = await readEvents(server);
    times.push(performance.now() - start);
    size = body.length;
    if (read === 0 && JSON.parse(body).length !== EVENTS) throw new Error('there are too few events');
  }
  const details = `${(size / 2 ** 20).toFixed(1)} MB, median of ${READS}`;
  reportAtMost('events.json of 10,000 events', median(times), 60, 'ms', details);
}

/** @returns {Promise<string>} */
function readEvents({ port, controlToken }) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${controlToken}` };
    get({ port, host: '127.0.0.1', path: '/_sandbox/events.json', headers }, async (incoming) => {
      const chunks = [];
      for await (const chunk of incoming) chunks.push(chunk);
      resolve(Buffer.concat(chunks).toString());
    }).on('error', reject);
  });
}
