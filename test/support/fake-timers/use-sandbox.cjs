// Uses a sandbox under the fake timers of a runner: calls with pauses, slow phones, faults and waits all end.
const assert = require('node:assert/strict');
const { createServer } = require('node:http');
const { once } = require('node:events');
const { createSandbox } = require('relay-phone');
const twilio = require('twilio');

const NUMBER = '+12025550100';
const PHONE = '+12125550190';
const YEAR_2030 = Date.UTC(2030, 0, 1);
const VOICE =
  '<Response><Say>Hello</Say><Pause length="1"/><Gather timeout="1" numDigits="1"/><Say>Bye</Say></Response>';

/** Resolves when all has ended and the faked time has stood still. */
module.exports = async function useSandbox() {
  assert.equal(Date.now(), YEAR_2030);
  const sandbox = await createSandbox();
  const app = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/xml');
    response.end(request.url === '/voice' ? VOICE : '<Response><Message>Hi!</Message></Response>');
  }).listen(0, '127.0.0.1');
  await once(app, 'listening');
  const origin = `http://127.0.0.1:${app.address().port}`;
  sandbox.number(NUMBER, { sms: `${origin}/sms`, voice: `${origin}/voice` });
  const phone = sandbox.phone(PHONE);
  const { accountSid, authToken, httpClient } = sandbox;
  const client = twilio(accountSid, authToken, { httpClient, autoRetry: true, timeout: 200 });

  // A call with a pause, and an input that nobody gives.
  const { heard } = await phone.call(NUMBER).ended;
  assert.deepEqual(
    heard.filter(({ kind }) => kind === 'say').map(({ content }) => content),
    ['Hello', 'Bye'],
  );

  // A phone that delays texts.
  phone.behave({ slow: 300 });
  const { traceId } = await phone.text(NUMBER, 'Hello');
  await sandbox.whenQuiet(traceId);
  assert.equal(phone.texts().length, 1);

  // Faults: an error with Retry-After, a lost connection, an answer that never comes.
  const fetchAccount = () =>
    client.api.v2010
      .accounts(accountSid)
      .fetch()
      .then(
        ({ sid }) => sid,
        ({ status, code }) => status ?? code,
      );
  for (const answer of [{ status: 503 }, 'drop', 'hang']) {
    sandbox.fail({ times: 1, answer });
    assert.notEqual(await fetchAccount(), accountSid);
  }
  assert.equal(await fetchAccount(), accountSid);

  await assert.rejects(
    sandbox.nextEvent(({ kind }) => kind === 'opt-out', { timeout: 50 }),
    /none within 0.05 s/,
  );
  await sandbox.close();
  app.close();
  assert.equal(Date.now(), YEAR_2030);
};
