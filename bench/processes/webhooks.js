// The client that stands in for Twilio: sends signed texts to masks as fast as they are answered, no two alike.
import { converse } from './converse.js';
import { formatWebhook } from './webhook.js';

/**
 * @typedef {object} Task
 * @property {{ port: number, url: string, authToken: string, mask: string }} server `url` is what is signed
 * @property {number} connections
 * @property {number} first the number of the first text; no two with the same number may come to one relay
 * @property {number} count
 * @property {number} contacts how many phones they come from, in turn
 */

process.on('message', async (/** @type {Task} */ task) => process.send?.(await load(task)));
process.send?.('ready');

/** @param {Task} task @returns {Promise<{ perSecond: number }>} */
async function load({ server, connections, first, count, contacts }) {
  // Made before the clock runs: signing costs as much as checking.
  const requests = Array.from({ length: count }, (_, index) =>
    formatWebhook(server, first + index, (first + index) % contacts),
  );
  let sent = 0;
  const next = () => requests[sent++];
  const start = performance.now();
  await Promise.all(Array.from({ length: connections }, () => converse(server.port, next(), next)));
  return { perSecond: (count * 1000) / (performance.now() - start) };
}
