// Measures POST Messages, with delivery and without callbacks, against a bare node:http server, turn by turn.
import { startBareServer, startClient, startSandbox } from './child.js';
import { median, reportAtLeast } from './figures.js';

const ROUNDS = 9;
const SECONDS = 2;
const LOAD = { connections: 16, phones: [0, 99], seconds: SECONDS };

/** Prints the ratio of their requests per second. */
export async function measure() {
  const sandbox = await startSandbox();
  const client = await startClient();
  const load = (server) => client.load({ server, ...LOAD });
  const { size } = await load(sandbox.server);
  const bare = await startBareServer(size);
  await load(bare.server);
  const ours = [];
  const theirs = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push((await load(sandbox.server)).perSecond);
    theirs.push((await load(bare.server)).perSecond);
  }
  await Promise.all([sandbox.end(), bare.end(), client.end()]);
  const ratio = median(ours) / median(theirs);
  const details = `${show(ours)} a second, bare node:http ${show(theirs)}; bodies of ${size} bytes, medians of ${ROUNDS}`;
  reportAtLeast('POST Messages', ratio, 0.3, 'x', details);
}

function show(rates) {
  return median(rates).toFixed(0);
}
