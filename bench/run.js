// Runs the benches, or those named: `npm run bench -- sending listing`. Ends with 1 when a bar is missed.
const BENCHES = {
  'start-up': () => import('./start-up.js'),
  sending: () => import('./sending.js'),
  steady: () => import('./steady.js'),
  listing: () => import('./listing.js'),
  opening: () => import('./opening.js'),
  intercepting: () => import('./intercepting.js'),
  relaying: () => import('./relaying.js'),
  gateway: () => import('./gateway.js'),
  smoke: () => import('./smoke.js'),
};

const known = Object.keys(BENCHES);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) throw new Error(`no bench is called ${unknown}; there are ${known.join(', ')}`);

for (const [name, load] of Object.entries(BENCHES)) {
  if (asked.length === 0 || asked.includes(name)) await (await load()).measure();
}
