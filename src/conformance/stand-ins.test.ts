// What is recorded has nothing of the account, however it is written; fuzzed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStandIns } from './stand-ins.js';

const [SID, TOKEN] = [`AC${'1a2b3c4d'.repeat(4)}`, '00112233445566778899aabbccddeeff'] as const;
const [A, B] = ['+12125550123', '+14155550124'] as const;
const OWNED = {
  accountSid: SID,
  secrets: [TOKEN],
  numbers: { A, B },
  app: 'https://abc123.ngrok-free.app/0123456789abcdef0123456789abcdef/b1',
  tag: 'q0123456789ab',
};
const create = () => createStandIns(OWNED);
const strict = () => false;

/** Anything of the account, in the spellings in which answers have it. */
const own = fc.oneof(
  fc.constantFrom(
    SID,
    SID.toLowerCase(),
    TOKEN,
    TOKEN.toUpperCase(),
    encodeURIComponent(OWNED.app),
    OWNED.app,
  ),
  fc.constantFrom(A, A.slice(1), `%2B${A.slice(1)}`, '(212) 555-0123', '212-555-0123', '+1 212 555 0123', B),
  fc.stringMatching(/^(SM|MG|CA|PN|AP|SK|RE)[0-9a-f]{32}$/),
  fc.stringMatching(/^\+[1-9]\d{9,13}$/),
  fc.stringMatching(/^[0-9a-f]{40}$/),
  fc.stringMatching(/^[a-z]{3,9}@[a-z]{3,9}\.com$/),
);
/** What stands around it never makes a word of it longer. */
const around = fc.stringMatching(/^[ ,;:"'(){}\n]{1,3}$/);

describe('what is recorded', () => {
  it('has nothing of the account, wherever it was', () => {
    fc.assert(
      fc.property(own, around, around, fc.string(), (secret, before, after, other) => {
        const text = `${before}${secret}${after}`;
        const recorded = JSON.stringify(
          create().json({ [text]: [text, { deep: `${other}${text}` }] }, strict),
        );
        expect(recorded).not.toContain(secret);
        for (const digits of [A.slice(2), B.slice(2), TOKEN, SID.slice(2)])
          expect(recorded.toLowerCase()).not.toContain(digits);
      }),
    );
  });

  it('has only the types of loose values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const recorded = JSON.stringify(create().json({ loose: value }, () => true));
        expect(recorded.replace(/"<(string|number|boolean)>"|"(?:[^"\\]|\\.)*":|null|[{}[\],]/g, '')).toBe(
          '',
        );
      }),
    );
  });

  it('keeps which values are the same', () => {
    const [one, other] = [`SM${'1'.repeat(32)}`, `SM${'2'.repeat(32)}`];
    const { json } = create();
    expect(json([one, other, one, `PA${other}`], strict)).toEqual(['<SM1>', '<SM2>', '<SM1>', 'PA<SM2>']);
    expect(json({ from: A, to: B, other: '+13105550100' }, strict)).toEqual({
      from: '<A>',
      to: '<B>',
      other: '<number1>',
    });
  });

  it('keeps the names, words and addresses of Twilio', () => {
    const { text } = create();
    for (const word of [
      'https://www.twilio.com/docs/errors/21211',
      '/2010-04-01/AvailablePhoneNumbers/US/TollFree.json',
      'public_application_connect_enabled',
      'RecordingStatusCallbackEvent',
      "The 'To' number is not a valid phone number.",
    ])
      expect(text(word)).toBe(word);
  });

  it('has dates by their form', () => {
    const { json } = create();
    expect(json(['Fri, 20 Nov 2026 10:00:00 +0000', '2026-11-20T10:00:00Z'], strict)).toEqual([
      '<date, RFC 2822>',
      '<date, ISO 8601>',
    ]);
  });
});
