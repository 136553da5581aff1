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

/**
 * Loads two servers in turns, now one and now the other first; both first take a turn that does not count.
 *
 * @param {readonly [(first: number) => Promise<Turn>, (first: number) => Promise<Turn>]} loads take the number of the first
 * webhook of a turn @param {{ rounds: number, count: number }} options `count` is how many webhooks a turn has
 * @returns {Promise<{ ours: Turn[], theirs: Turn[] }>}
 */
export async function takeTurns([loadOurs, loadTheirs], { rounds, count }) {
  const turns = { ours: [], theirs: [] };
  for (let round = -1; round < rounds; round += 1) {
    const first = (round + 1) * count;
    const isOursFirst = round % 2 === 0;
    let one = isOursFirst ? await loadOurs(first) : undefined;
    const other = await loadTheirs(first);
    one ??= await loadOurs(first);
    if (round < 0) continue;
    turns.ours.push(one);
    turns.theirs.push(other);
  }
  return turns;
}

/** @param {readonly Turn[]} turns @returns {number} the median of their requests per second */
export function perSecondOf(turns) {
  return median(turns.map(({ perSecond }) => perSecond));
}

/**
 * How many times as many requests per second one server took as the other: the median of the pairs, because the turns of a
 * pair follow each other, so that whatever else the machine does slows both.
 *
 * @param {{ ours: readonly Turn[], theirs: readonly Turn[] }} turns @returns {number}
 */
export function compareTurns({ ours, theirs }) {
  return median(ours.map(({ perSecond }, index) => perSecond / theirs[index].perSecond));
}

/** @param {readonly Turn[]} turns @returns {string} */
export function describeTurns(turns) {
  const cpu = median(turns.map((turn) => turn.cpu));
  return `${perSecondOf(turns).toFixed(0)} a second at ${cpu.toFixed(1)} µs of CPU`;
}
