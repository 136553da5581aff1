// The usual app for Twilio's webhooks: Express and the SDK's middleware, which checks the signature.
import express from 'express';
import twilio from 'twilio';
import { tellUsage } from './usage.js';

const [url = '', authToken = ''] = process.argv.slice(2);

const app = express();
app.post(
  new URL(url).pathname,
  express.urlencoded({ extended: false }),
  twilio.webhook({ validate: true, url }, authToken),
  (_request, response) => {
    response.type('text/xml').send('<Response/>');
  },
);
tellUsage();
const server = app.listen(0, '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.send?.({ port: address.port });
});
