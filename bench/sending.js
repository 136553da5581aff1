// Measures POST Messages, with delivery and without callbacks, against a bare node:http server, turn by turn.
import { startBareServer, startClient, startSandbox } from './child.js';
import { reportAtLeast } from './figures.js';
import { describeTurns, perSecondOf } from './turns.js';

const ROUNDS = 9;
const LOAD = { connections: 16, phones: [0, 99], seconds: 2 };

/**
 * Prints the ratio of their requests per second; and what CPU time each takes, which says more while the machine has
 * other things to do.
 */
export async function measure() {
  const client = await startClient();
  const sandbox = await startSandbox();
  const { size } = await client.load({ server: sandbox.server, ...LOAD });
  const bare = await startBareServer(size);
  await client.load({ server: bare.server, ...LOAD });
  const ours = [];
  const theirs = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await loadOne(client, sandbox));
    theirs.push(await loadOne(client, bare));
  }
  await Promise.all([sandbox.end(), bare.end(), client.end()]);
  const ratio = perSecondOf(ours) / perSecondOf(theirs);
  const details = `${describeTurns(ours)}, bare node:http ${describeTurns(theirs)}; ${size} bytes, medians of ${ROUNDS}`;
  reportAtLeast('POST Messages', ratio, 0.3, 'x', details);
}

/** @returns what one of the two did in its turn: requests per second, and CPU microseconds for each */
async function loadOne(client, { server, measure }) {
  const before = await measure();
  const { perSecond, answered } = await client.load({ server, ...LOAD });
  const after = await measure();
  return { perSecond, cpu: (after.cpu - before.cpu) / answered };
}
