// Runs the benches, or those named: `npm run bench -- sending listing`. Ends with 1 when a bar is missed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BENCHES = {
  'start-up': () => import('./start-up.js'),
  sending: () => import('./sending.js'),
  recording: () => import('./recording.js'),
  steady: () => import('./steady.js'),
  listing: () => import('./listing.js'),
  opening: () => import('./opening.js'),
  intercepting: () => import('./intercepting.js'),
  relaying: () => import('./relaying.js'),
  gateway: () => import('./gateway.js'),
  smoke: () => import('./smoke.js'),
  page: () => import('./page.js'),
};

const known = Object.keys(BENCHES);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) throw new Error(`no bench is called ${unknown}; there are ${known.join(', ')}`);

// The records of the state folders that are measured do not belong in the user's own configuration folder.
const configuration = mkdtempSync(join(tmpdir(), 'relay-phone-configuration-'));
process.env.XDG_CONFIG_HOME = configuration;
process.on('exit', () => rmSync(configuration, { recursive: true, force: true }));

for (const [name, load] of Object.entries(BENCHES)) {
  if (asked.length === 0 || asked.includes(name)) await (await load()).measure();
}
