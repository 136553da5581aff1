// The app under test: forwards each text to the owner of the number.
const express = require('express');
const twilio = require('twilio');

const OWNER = '+13015550195';

/** @param {import('twilio').Twilio} client @param {string} authToken @returns {import('express').Express} */
function createApp(client, authToken) {
  const app = express();
  app.use(express.urlencoded({ extended: false }));
  app.use(twilio.webhook(authToken));
  app.post('/sms', async (request, response) => {
    const { To: mask, Body: body } = request.body;
    await client.messages.create({ from: mask, to: OWNER, body: `Forwarded: ${body}` });
    response.type('text/xml').send('<Response/>');
  });
  return app;
}

module.exports = { createApp, OWNER };
