// Starts a sandbox and the app for a test, in any runner.
const { once } = require('node:events');
const { createSandbox } = require('relay-phone');
const twilio = require('twilio');
const { createApp } = require('./app.cjs');

const MASK = '+12025550100';

/** Returns the sandbox, and a function that closes it and the app. */
async function start() {
  const sandbox = await createSandbox();
  const { accountSid, authToken, httpClient } = sandbox;
  const app = createApp(twilio(accountSid, authToken, { httpClient }), authToken);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  sandbox.number(MASK, { sms: `http://127.0.0.1:${server.address().port}/sms` });
  const stop = async () => {
    server.close();
    await sandbox.close();
  };
  return { sandbox, stop };
}

module.exports = { MASK, start };
