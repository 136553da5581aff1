// A process that keeps a tunnel open as the program does, and prints its events on stdout, one JSON object a line.

import { readNgrokEdge } from '../../src/tunnel/ngrok/edge.js';
import { createNgrok } from '../../src/tunnel/ngrok/open.js';
import { superviseTunnel } from '../../src/tunnel/supervisor/supervisor.js';

const { env } = process;

function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

const kept = superviseTunnel(
  createNgrok({
    authtoken: { value: env.NGROK_AUTHTOKEN ?? '', source: 'NGROK_AUTHTOKEN in the environment' },
    domain: undefined,
    port: 9,
    environment: env,
    edge: readNgrokEdge(env),
    heartbeat: { intervalSeconds: 1, toleranceSeconds: 60 },
    onStart: (pid) => say({ kind: 'child', pid }),
  }),
  { onState: say },
);
process.on('SIGINT', async () => {
  await kept.close();
  say({ kind: 'closed' });
});
