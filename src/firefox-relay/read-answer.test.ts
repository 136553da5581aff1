// Reads Django error pages: the exception and its line, but no variables or settings.
import { expect, it } from 'vitest';
import { explainAnswer } from './explain-answer.js';
import { readAnswer, readDjangoPage } from './read-answer.js';

const VENV = '/home/me/relay/.venv/lib/python3.11/site-packages';
const FRAMES: readonly (readonly [string, number])[] = [
  [`${VENV}/django/core/handlers/base.py`, 197],
  ['/home/me/api/relay/api/views/phones.py', 218],
  ['/home/me/api/relay/phones/models.py', 231],
  [`${VENV}/twilio/base/version.py`, 778],
];

const text = (frames = FRAMES) => `TwilioRestException at /api/v1/realphone/
HTTP 401 error: Authenticate

Request Method: POST
Installed Applications:
['phones']

Traceback (most recent call last):
${frames.map(([path, line]) => `  File "${path}", line ${line}, in f\n    f(secret="hidden-in-code")\n`).join('')}
Exception Type: TwilioRestException at /api/v1/realphone/
Exception Value: HTTP 401 error: Authenticate
POST:
number =   File "/posted.py", line 1, in x
Settings:
TWILIO_AUTH_TOKEN = 'hidden-in-settings'
`;

const html = (frames = FRAMES) => `<!DOCTYPE html><title>TwilioRestException
   at /api/v1/realphone/</title>${'<style></style>'.repeat(5000)}
<pre class="exception_value">Isn&#x27;t here</pre>
${frames.map(([path, line]) => `<code class="fname">${path}</code>, line ${line}, in f\n<td>hidden-in-locals</td>`).join('\n')}`;

const LINE = 'twilio/base/version.py:778, called from phones/models.py:231';

it.each([
  ['plain', text(), LINE],
  ['HTML', html(), LINE],
  ['raised by the app itself', text(FRAMES.slice(0, 3)), 'phones/models.py:231'],
  ['of libraries alone', text(FRAMES.slice(0, 1)), 'django/core/handlers/base.py:197'],
  [
    'from Windows',
    text([
      ['C:\\Relay\\emails\\apps.py', 7],
      ['C:\\Python311\\Lib\\json\\decoder.py', 355],
    ]),
    'json/decoder.py:355, called from emails/apps.py:7',
  ],
  ['of another app', text([['/srv/shop/cart/views.py', 3]]), 'cart/views.py:3'],
  ['without a traceback', '<h1>Server Error (500)</h1>', undefined],
])('a page (%s) shows the line that raised the exception', (_what, page, line) => {
  expect(readDjangoPage(page).raisedAt).toBe(line);
});

it.each([text(), html()])('a page reveals no variable, setting or line of code', (page) => {
  const read = readAnswer(
    { status: 500, headers: {}, body: page },
    'token',
    new URL('http://127.0.0.1:8000'),
  );
  expect(JSON.stringify([read, readDjangoPage(page)])).not.toMatch(/hidden-in|posted/);
});

it('a failure is explained with the line that raised it, a refusal without', () => {
  const asked = {
    origin: 'http://127.0.0.1:8000',
    task: 'ask',
    number: '+12025550190',
    starts: ['start the app'],
  };
  const explain = (status: number) =>
    explainAnswer(asked, readAnswer({ status, headers: {}, body: text() }, 'token', new URL(asked.origin)))
      .error;
  expect(explain(500).message).toMatch(
    /it says: Twilio.* Authenticate; raised at twilio\/base\/version\.py:778, /,
  );
  expect(explain(400).message).not.toContain('raised at');
});
