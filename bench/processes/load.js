// The client: sends texts as fast as they are answered, on raw sockets, which cost less than any server does.
import { converse } from './converse.js';

/** How many answers make one entry of the report. */
const WINDOW = 10_000;
const TEXT = 'Your package will be there tomorrow between nine and eleven. Reply STOP to end.';

/**
 * @typedef {object} Task
 * @property {{ port: number, path: string, authorization: string }} server
 * @property {number} connections
 * @property {number} [seconds] it goes on for at least as long
 * @property {number} [count] and until at least as many were answered
 * @property {[number, number]} phones the first and the last of those that it sends to, in turn: 0 to 99
 */

process.on('message', async (/** @type {Task} */ task) => process.send?.(await load(task)));
process.send?.('ready');

/** @param {Task} task @returns {Promise<{ perSecond: number, answered: number, windows: number[], size: number }>} */
async function load({ server, connections, seconds = 0, count = 1, phones: [first, last] }) {
  const requests = Array.from({ length: last - first + 1 }, (_, index) =>
    formatRequest(server, first + index),
  );
  const start = performance.now();
  const windows = [];
  let windowStart = start;
  let answered = 0;
  let sent = 0;
  let size = 0;

  function next() {
    sent += 1;
    return requests[sent % requests.length];
  }

  function takeAnswer(bodySize) {
    answered += 1;
    size = bodySize;
    const now = performance.now();
    if (answered % WINDOW === 0) {
      windows.push((WINDOW * 1000) / (now - windowStart));
      windowStart = now;
    }
    return sent >= count && now - start >= seconds * 1000 ? undefined : next();
  }

  await Promise.all(Array.from({ length: connections }, () => converse(server.port, next(), takeAnswer)));
  return { perSecond: (answered * 1000) / (performance.now() - start), answered, windows, size };
}

function formatRequest({ path, authorization }, phone) {
  const to = `+12125550${String(phone + 100)}`;
  const form = String(new URLSearchParams({ From: '+12025550100', To: to, Body: TEXT }));
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: ${authorization}`,
    'User-Agent: twilio-node/6.2.0 (linux x64) node/20.20.2',
    'Accept-Charset: utf-8',
    'Accept: application/json',
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${form.length}`,
    'Connection: keep-alive',
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${form}`);
}
