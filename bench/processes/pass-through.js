// A bare pass-through: node:http in, undici out, nothing checked, nothing recorded.
import { createServer } from 'node:http';
import { Pool } from 'undici';
import { tellUsage } from './usage.js';

const pool = new Pool(process.argv[2] ?? '', { connections: 256 });

const server = createServer((incoming, outgoing) => {
  const { method = 'GET', url = '/' } = incoming;
  const { connection: _connection, 'transfer-encoding': _encoding, ...headers } = incoming.headers;
  pool
    .request({ method, path: url, headers, body: incoming })
    .then(({ statusCode, headers: answered, body }) => {
      outgoing.writeHead(statusCode, withoutConnection(answered));
      body.pipe(outgoing);
    });
});

function withoutConnection({ connection: _connection, 'keep-alive': _keepAlive, ...headers }) {
  return headers;
}

process.on('SIGINT', () => process.exit());
tellUsage();
server.listen(0, '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.send?.({ port: address.port });
});
