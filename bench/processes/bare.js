// A bare node:http server: parses the form of each request, and answers with a body of a given size.
import { createServer } from 'node:http';
import { tellUsage } from './usage.js';

const answer = 'x'.repeat(Number(process.argv[2]));

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', () => {
    const form = new URLSearchParams(text);
    const status = form.get('To') && form.get('From') && form.get('Body') ? 201 : 400;
    response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': answer.length });
    response.end(answer);
  });
});
tellUsage();
server.listen(0, '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.send?.({ port: address.port, path: '/', authorization: '' });
});
