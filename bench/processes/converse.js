// One connection of a client: raw sockets, which cost less than any server does.
import { connect } from 'node:net';

/**
 * Sends requests one after the other on one connection, until there are no more.
 *
 * @param {number} port @param {Buffer} first
 * @param {(bodySize: number) => Buffer | undefined} takeAnswer is called with the size of each answer, and returns the next request
 */
export function converse(port, first, takeAnswer) {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(first));
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server ended the connection')));
    socket.on('data', (chunk) => {
      received = received === '' ? chunk : received + chunk;
      const bodySize = measureAnswer(received);
      if (bodySize === undefined) return;
      if (!received.startsWith('HTTP/1.1 2')) return reject(new Error(`it answered ${received}`));
      received = '';
      const next = takeAnswer(bodySize);
      if (next) return socket.write(next);
      resolve(undefined);
      socket.end();
    });
  });
}

/** The size of the body of an answer; undefined as long as it is not whole. */
function measureAnswer(text) {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const size = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1]);
  return text.length >= end + 4 + size ? size : undefined;
}
