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
  fc.ipV4(),
  // Compressed or not, an address has a long part or many.
  fc.ipV6().filter((address) => address.length > 8 && !address.includes('.')),
);

/** The encodings of what belongs to the account, with a name for a failure. */
const ENCODINGS: readonly (readonly [name: string, encode: (text: string) => string])[] = [
  ['base64', (text) => Buffer.from(text).toString('base64')],
  ['base64 without its end', (text) => Buffer.from(text).toString('base64').replace(/=+$/, '')],
  ['base64 of a URL', (text) => Buffer.from(text).toString('base64url')],
  ['hex', (text) => Buffer.from(text).toString('hex')],
  ['percent', (text) => encodeURIComponent(text).replace(/[A-Za-z0-9]/g, (one) => `%${hexOf(one)}`)],
  ['JSON', (text) => text.replace(/./g, (one) => `\\u00${hexOf(one)}`)],
  ['XML', (text) => text.replace(/./g, (one) => `&#${one.charCodeAt(0)};`)],
];
const hexOf = (letter: string) => letter.charCodeAt(0).toString(16).padStart(2, '0');
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

  it('has no encoding of a secret, a SID or a number, alone or inside of something', () => {
    const values = fc.constantFrom(TOKEN, SID, A, `${SID}:${TOKEN}`, `x${SID}:${TOKEN}y`);
    const encodings = fc.constantFrom(...ENCODINGS);
    fc.assert(
      fc.property(values, encodings, around, fc.string(), (value, [, encode], near, other) => {
        const encoded = encode(value);
        const recorded = create().text(`${other}${near}${encoded}${near}`);
        expect(recorded).not.toContain(encoded);
      }),
    );
  });

  it('has no half of a secret, and no text of others in a list', () => {
    const halves = fc.integer({ min: 8, max: 24 }).map((at) => [TOKEN.slice(0, at), TOKEN.slice(at)]);
    fc.assert(
      fc.property(halves, ([first, second]) => {
        const recorded = JSON.stringify(create().json({ a: `x-${first}`, b: [second] }, strict));
        for (const half of [first, second]) expect(recorded).not.toContain(half);
      }),
    );
    // The digits of a token may be those of a number that a behaviour looks up.
    const { text } = createStandIns({ ...OWNED, secrets: ['0123456789abcdef'.repeat(2)] });
    expect(text('+99912345678 456789abcd')).toBe('<number1> <part of a secret>');
    const list = { messages: [{ body: 'See you at eight' }, { body: `Hello ${OWNED.tag}` }] };
    expect(create().json(list, strict)).toEqual({
      messages: [{ body: '<text without the tag>' }, { body: 'Hello <tag>' }],
    });
  });

  it('keeps whether a price is charged, and not how much', () => {
    const prices = ['-0.0079', '0.0079', null, 0.0079].map((price) => create().json({ price }, strict));
    expect(prices.map((one) => (one as { price: unknown }).price)).toEqual([
      '<charge>',
      '<price>',
      '<any>',
      0.0079,
    ]);
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
