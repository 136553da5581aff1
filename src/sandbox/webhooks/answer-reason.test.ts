// Why an app refused a webhook, as its answer says it.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findAnswerReason } from './answer-reason.js';

const DJANGO = `<!DOCTYPE html><html lang="en"><head><title>OperationalError at /api/v1/inbound_sms</title></head>
<body><div id="summary"><h1>OperationalError at /api/v1/inbound_sms</h1><pre class="exception_value">no such table: phones_realphone</pre>`;

it.each([
  ['{"status_code":400,"code":"invalid","title":"Number Is Out Of Seconds."}', 'Number Is Out Of Seconds.'],
  ['["The mask takes no texts."]', 'The mask takes no texts.'],
  [
    '{"detail":"Authentication credentials were not provided."}',
    'Authentication credentials were not provided.',
  ],
  ['{"errors":[{"message":"To is missing"}]}', 'To is missing'],
  ['{"error":{"message":"bad signature"}}', 'bad signature'],
  [
    '<?xml version="1.0"?>\n<Error><status_code>400</status_code><title>The mask is out of texts.</title></Error>',
    'The mask is out of texts.',
  ],
  [DJANGO, 'OperationalError: no such table: phones_realphone'],
  [
    '<!doctype html>\n<html><head><title>500 Internal Server Error</title></head><h1>Internal Server Error</h1>',
    '500 Internal Server Error',
  ],
  [
    '<title>403 Forbidden</title><h1>Forbidden <span>(403)</span></h1><p>CSRF verification failed. Request aborted.</p>',
    'CSRF verification failed. Request aborted.',
  ],
  [
    '<title>Action Controller: Exception caught</title><h1>ActionController::InvalidAuthenticityToken</h1>',
    'ActionController::InvalidAuthenticityToken',
  ],
  [
    '<title>405 Method Not Allowed</title><h1>Method Not Allowed</h1><p>The method is not allowed for the requested URL.</p>',
    'The method is not allowed for the requested URL.',
  ],
  ['<title>Bad Request (400)</title><h1>Bad Request (400)</h1><p></p>', 'Bad Request (400)'],
  [
    '<html><body><pre>Error: Twilio &quot;is&quot; away<br> &nbsp; at send (app.js:3)</pre>',
    'Error: Twilio "is" away',
  ],
  ['<p>Only this</p>', 'Only this'],
  ['\n\n Traceback (most recent call last):\n  File "app.py"', 'Traceback (most recent call last):'],
  ['{"a":1}', '{"a":1}'],
  ['{not json', '{not json'],
  ['  \n ', null],
  ['', null],
])('%s says %j', (body, reason) => {
  expect(findAnswerReason(body)).toBe(reason);
});

it('is one short line, whatever the body is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
      for (const body of [text, `<title>${text}`, JSON.stringify({ title: text }), `<${text}`]) {
        const reason = findAnswerReason(body);
        expect(
          reason === null || (reason.length <= 201 && !reason.includes('\n') && reason.trim() !== ''),
        ).toBe(true);
      }
    }),
  );
});
