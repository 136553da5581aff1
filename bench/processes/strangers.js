// A crowd of strangers: each connection promises a long webhook, sends three bytes of it, and comes again when it is closed.
import { connect } from 'node:net';

const [port = '', count = '', path = ''] = process.argv.slice(2);
const HEAD = [
  `POST ${path} HTTP/1.1`,
  'Host: relay.example.test',
  `X-Twilio-Signature: ${'x'.repeat(27)}=`,
  'Content-Type: application/x-www-form-urlencoded',
  `Content-Length: ${256 * 1024}`,
];
let connected = 0;

function come() {
  const socket = connect({ port: Number(port), host: '127.0.0.1' }, () => {
    socket.write(`${HEAD.join('\r\n')}\r\n\r\nabc`, () => {
      connected += 1;
      if (connected === Number(count)) process.send?.('ready');
    });
  });
  socket.on('error', () => undefined);
  socket.resume().on('close', come);
}

process.on('disconnect', () => process.exit());
for (let index = 0; index < Number(count); index += 1) come();
