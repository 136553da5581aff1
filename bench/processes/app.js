// An app behind a gateway: answers every webhook with TwiML at once, and /big with as many bytes as it is asked for.
import { createServer } from 'node:http';

const TWIML = '<?xml version="1.0" encoding="UTF-8"?>\n<Response/>\n';
const CHUNK = Buffer.alloc(64 * 1024, 'x');

const server = createServer((incoming, outgoing) => {
  incoming.resume().on('end', () => {
    const size = Number(/[?&]size=(\d+)/.exec(incoming.url ?? '')?.[1] ?? 0);
    if (size > 0) return stream(outgoing, size);
    outgoing.writeHead(201, { 'Content-Type': 'text/xml', 'Content-Length': TWIML.length }).end(TWIML);
  });
});

/** @param {import('node:http').ServerResponse} outgoing @param {number} size */
function stream(outgoing, size) {
  outgoing.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': size });
  let left = size;
  const more = () => {
    while (left > 0) {
      const chunk = CHUNK.subarray(0, Math.min(left, CHUNK.length));
      left -= chunk.length;
      if (!outgoing.write(chunk)) return void outgoing.once('drain', more);
    }
    outgoing.end();
  };
  more();
}

process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.send?.({ origin: `http://127.0.0.1:${address.port}` });
});
