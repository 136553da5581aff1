// Stands where Twilio would: TLS for *.twilio.com behind a proxy, a sandbox, and a delay before each of its answers.
import { writeFileSync } from 'node:fs';
import { createServer as createProxy, request as passOn } from 'node:http';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { generate } from 'selfsigned';
import { createSandbox } from '../../dist/index.js';

const [certificateFile = '', delay = '0', sid = '', authToken = ''] = process.argv.slice(2);

const sandbox = await createSandbox({ testCredentials: { sid, authToken } });
const { cert, private: key } = await generate([{ name: 'commonName', value: 'api.twilio.com' }], {
  keyType: 'ec',
  extensions: [
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: [{ type: 2, value: '*.twilio.com' }] },
  ],
});
writeFileSync(certificateFile, cert);

const twilio = createServer({ cert, key }, (incoming, outgoing) => {
  const { method, url, headers } = incoming;
  const onward = passOn(`${sandbox.origin}${url}`, { method, headers }, async (answer) => {
    await sleep(Number(delay));
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  incoming.pipe(onward);
});
const proxy = createProxy();
proxy.on('connect', (_request, socket) => {
  const onward = connect(twilio.address().port, '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    onward.pipe(socket).pipe(onward);
  });
  onward.on('error', () => socket.destroy());
  socket.on('error', () => onward.destroy());
});
for (const server of [twilio, proxy])
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
process.send?.({ proxy: `http://127.0.0.1:${proxy.address().port}` });
