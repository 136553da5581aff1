// An app on another host than the sandbox's: uses it as test/journeys/second-host.test.ts describes, and prints what it saw.
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import twilio from 'twilio';

const { SANDBOX = '', APP = '', ACCOUNT_SID = '', AUTH_TOKEN = '', CONTROL_TOKEN = '' } = process.env;
const NUMBER = '+12025550100';
const PHONE = '+13015550195';
const seen = { webhooks: [], media: undefined };
const basic = `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`;

const app = createServer(async (incoming, outgoing) => {
  const form = Object.fromEntries(new URLSearchParams(await text(incoming)));
  const signature = incoming.headers['x-twilio-signature'] ?? '';
  const signed = twilio.validateRequest(AUTH_TOKEN, String(signature), APP + incoming.url, form);
  seen.webhooks.push({ path: incoming.url, signed, body: form.Body });
  // As the documentation of Twilio says: with the credentials of the account.
  if (form.MediaUrl0) {
    const answer = await fetch(form.MediaUrl0, { headers: { authorization: basic } });
    seen.media = { host: new URL(form.MediaUrl0).host, status: answer.status, body: await answer.text() };
  }
  if (incoming.url === '/away') return outgoing.writeHead(302, { Location: 'http://metadata/' }).end();
  outgoing.setHeader('Content-Type', 'text/xml');
  outgoing.end('<Response><Message>Hello from the app</Message></Response>');
});
await new Promise((resolve) => app.listen(8000, '0.0.0.0', resolve));

const httpClient = new twilio.RequestClient();
const send = httpClient.request.bind(httpClient);
httpClient.request = (options) => send({ ...options, uri: options.uri.replace('https:/', SANDBOX) });
const client = twilio(ACCOUNT_SID, AUTH_TOKEN, { httpClient });

const control = async (method, path, body, token = CONTROL_TOKEN) => {
  const answer = await fetch(`${SANDBOX}/_sandbox${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
};
const health = async (host) =>
  new Promise((resolve, reject) => {
    const asked = request(`${SANDBOX}/_sandbox/health`, { headers: host ? { host } : {} }, async (answer) =>
      resolve({ status: answer.statusCode, body: await text(answer) }),
    );
    asked.once('error', reject).end();
  });
const isOpen = (port) =>
  new Promise((resolve) => {
    const socket = connect({ host: new URL(SANDBOX).hostname, port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  });

const number = await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER, smsUrl: `${APP}/sms` });
const textMask = async (url) => {
  await number.update({ smsUrl: url });
  const { body } = await control('POST', `/phones/${encodeURIComponent(PHONE)}/text`, {
    to: NUMBER,
    body: 'Hello',
    mediaUrls: ['data:image/png,picture'],
  });
  return body.alerts.map(({ errorCode, message }) => `${errorCode} ${message}`);
};
const results = {
  health: await health(),
  foreignHost: (await health('evil.example')).status,
  withoutToken: (await control('GET', '/account', undefined, 'wrong')).status,
  alerts: await textMask(`${APP}/sms`),
  reply: await control('GET', `/phones/${encodeURIComponent(PHONE)}/next-text?after=0&timeout=10000`),
  toOtherHost: await textMask('http://other:8000/sms'),
  toSandboxItself: await textMask('http://127.0.0.1:4020/_sandbox/health'),
  toMetadata: await textMask('http://metadata/latest/meta-data/'),
  redirectedToMetadata: await textMask(`${APP}/away`),
  proxyIsOpen: await isOpen(4021),
  pageIsOpen: await isOpen(4022),
};
process.stdout.write(JSON.stringify({ ...results, reply: results.reply.body.text?.body, seen }));
app.close();
app.closeAllConnections();
