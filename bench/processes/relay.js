// A relay on a database in a file, as `relay-phone serve` has it, with a mask.

import { listen } from '../.built/http/listen.js';
import { createRelay } from '../.built/relay/create.js';
import { createTwilioClient } from '../.built/twilio/client.js';
import { tellUsage } from './usage.js';

const [database = '', publicBase = '', authToken = '', accountSid = '', twilio = '', concurrency = '16'] =
  process.argv.slice(2);
const [mask, realNumber] = ['+12025550100', '+13015550195'];
const nothing = async () => undefined;
const client = await createTwilioClient(
  { accountSid, authToken },
  { target: { kind: 'sandbox', origin: twilio }, attempts: 1 },
);
const relay = createRelay({
  database,
  client,
  authToken,
  publicBase,
  apiOrigin: twilio,
  token: 'unused',
  isExposed: false,
  mainNumber: undefined,
  purchaser: { isAllowed: false, buy: nothing, isBought: async () => false, isUnclear: () => false },
  allowance: { texts: 1e9, seconds: 1e9, cycleMs: 1e12 },
  readsPrefixes: true,
  // With a concurrency of 0 nothing is sent.
  concurrency: Number(concurrency),
  emit: () => undefined,
});
relay.masks.add(mask, realNumber);
const { port } = await listen(relay.listener, { port: 0, requestTimeoutMs: 10_000, maxConnections: 2048 });
process.on('SIGINT', () => process.exit());
tellUsage();
process.send?.({ port, mask });
