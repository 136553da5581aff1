// Loads one server for one turn, and sums up several turns.
import { median } from './figures.js';

/** @typedef {{ perSecond: number, cpu: number }} Turn requests per second, and CPU microseconds for each */

/**
 * Loads a receiver of webhooks with the client of processes/webhooks.js.
 *
 * @param client @param server as `start` gives them
 * @param {object} load what the client is told, `count` and where the webhooks go among it
 * @returns {Promise<Turn>}
 */
export async function loadWebhooks(client, { first: { port }, ask }, load) {
  const before = await ask('usage');
  const { perSecond } = await client.ask({ ...load, server: { ...load.server, port } });
  const after = await ask('usage');
  return { perSecond, cpu: (after.cpu - before.cpu) / load.count };
}

/** @param {readonly Turn[]} turns @returns {number} the median of their requests per second */
export function perSecondOf(turns) {
  return median(turns.map(({ perSecond }) => perSecond));
}

/** @param {readonly Turn[]} turns @returns {string} */
export function describeTurns(turns) {
  const cpu = median(turns.map((turn) => turn.cpu));
  return `${perSecondOf(turns).toFixed(0)} a second at ${cpu.toFixed(1)} µs of CPU`;
}
