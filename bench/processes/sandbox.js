// A sandbox on a database in a file, as `relay-phone sandbox` has it, with a number to send from.
import { createSandbox } from '../../dist/index.js';

const { origin, port, accountSid, authToken } = await createSandbox({ database: process.argv[2] });
const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
const account = `/2010-04-01/Accounts/${accountSid}`;
await fetch(`${origin}${account}/IncomingPhoneNumbers.json`, {
  method: 'POST',
  headers: { authorization },
  body: new URLSearchParams({ PhoneNumber: '+12025550100' }),
});
process.on('message', () => process.send?.(process.resourceUsage().maxRSS * 1024));
process.send?.({ port, path: `${account}/Messages.json`, authorization });
