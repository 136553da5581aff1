// A program that supervises a tunnel as relay-phone does, and prints its events on stdout, one JSON object a line.
import { readNgrokEdge } from '../../src/tunnel/ngrok/edge.js';
import { createNgrok } from '../../src/tunnel/ngrok/open.js';
import { superviseTunnel } from '../../src/tunnel/supervisor/supervisor.js';

const { env } = process;

function print(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

const tunnel = superviseTunnel(
  createNgrok({
    authtoken: { value: env.NGROK_AUTHTOKEN ?? '', source: 'NGROK_AUTHTOKEN in the environment' },
    domain: undefined,
    port: 9,
    environment: env,
    edge: readNgrokEdge(env),
    heartbeat: { intervalSeconds: 1, toleranceSeconds: 60 },
    onStart: (pid) => print({ kind: 'child', pid }),
  }),
  { onState: print },
);
process.on('SIGINT', async () => {
  await tunnel.close();
  print({ kind: 'closed' });
});
