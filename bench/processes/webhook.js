// A signed webhook as Twilio sends it.
import { createHash, createHmac } from 'node:crypto';

/**
 * @typedef {{ url: string, authToken: string, mask: string }} Receiver `url` is what is signed
 */

/**
 * The webhook of a text to a mask.
 *
 * @param {Receiver} receiver @param {number} number tells the texts apart @param {number} contact 0 to 8999
 */
export function describeWebhook({ url, authToken, mask }, number, contact) {
  const random = createHash('md5').update(String(number)).digest('hex');
  const sid = `SM${random}`;
  const parameters = {
    ToCountry: 'US',
    ToState: 'DC',
    SmsMessageSid: sid,
    NumMedia: '0',
    ToCity: 'WASHINGTON',
    FromZip: '10001',
    SmsSid: sid,
    FromState: 'NY',
    SmsStatus: 'received',
    FromCity: 'NEW YORK',
    Body: `Your package ${number} will be there tomorrow between nine and eleven.`,
    FromCountry: 'US',
    To: mask,
    ToZip: '20001',
    NumSegments: '1',
    MessageSid: sid,
    AccountSid: `AC${'0'.repeat(32)}`,
    From: `+1212555${String(1000 + contact)}`,
    ApiVersion: '2010-04-01',
  };
  const names = Object.keys(parameters).toSorted();
  const signed = names.reduce((text, name) => text + name + parameters[name], url);
  const form = String(new URLSearchParams(parameters));
  const { host, pathname } = new URL(url);
  return {
    path: pathname,
    form,
    headers: {
      Host: host,
      'User-Agent': 'TwilioProxy/1.1',
      Accept: '*/*',
      'Accept-Encoding': 'gzip',
      'X-Twilio-Signature': createHmac('sha1', authToken).update(signed).digest('base64'),
      'I-Twilio-Idempotency-Token': `${random.slice(0, 8)}-${random.slice(8, 12)}-4000-8000-${random.slice(20)}`,
      'X-Home-Region': 'us1',
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': String(form.length),
    },
  };
}

/** The same as the bytes of a request. @param {Receiver} receiver @param {number} number @param {number} contact */
export function formatWebhook(receiver, number, contact) {
  const { path, form, headers } = describeWebhook(receiver, number, contact);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`${[`POST ${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n${form}`);
}
