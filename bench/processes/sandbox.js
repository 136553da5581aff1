// A sandbox on a database in a file, as `relay-phone sandbox` has it, with a number to send from.
import { createSandbox } from '../../dist/index.js';
import { post } from './post.js';
import { tellUsage } from './usage.js';

const [database, keepExchanges = '2000'] = process.argv.slice(2);
const sandbox = await createSandbox({ database, keepExchanges: Number(keepExchanges) });
await post(sandbox, 'IncomingPhoneNumbers', { PhoneNumber: '+12025550100' });
const { port, accountSid, authToken, controlToken } = sandbox;
const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
tellUsage();
process.send?.({
  port,
  path: `/2010-04-01/Accounts/${accountSid}/Messages.json`,
  authorization,
  controlToken,
});
