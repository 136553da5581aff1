// Runs the proof with a real checkout of Firefox Relay: `npm run test:relay -- --checkout PATH`, see docs/relay.md.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { checkout: { type: 'string' }, python: { type: 'string' }, transcript: { type: 'string' } },
});
const { RELAY_CHECKOUT, RELAY_PYTHON, RELAY_TRANSCRIPT } = process.env;
const checkout = values.checkout ?? RELAY_CHECKOUT;
const python = values.python ?? RELAY_PYTHON;
const transcript = values.transcript ?? RELAY_TRANSCRIPT;

const vitest = createRequire(import.meta.url)
  .resolve('vitest/package.json')
  .replace('package.json', 'vitest.mjs');
const { status } = spawnSync(
  process.execPath,
  [
    vitest,
    'run',
    'test/journeys/relay-proof.test.ts',
    'test/journeys/real-checkout.test.ts',
    '--reporter=verbose',
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...(checkout && { RELAY_CHECKOUT: resolve(checkout) }),
      ...(python && { RELAY_PYTHON: resolve(python) }),
      ...(transcript && { RELAY_TRANSCRIPT: resolve(transcript) }),
    },
  },
);
process.exitCode = status ?? 1;
