// Codes in verification texts, and six digits that are none.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCode } from './text-code.js';

describe('the code of a text', () => {
  it.each([
    ['Your Firefox Relay verification code is 276456', '276456'],
    ['000123', '000123'],
    ['G-123456 is your verification code.', '123456'],
    ['Code: 123456. It is good for 5 minutes.', '123456'],
    ['123456 is your code\n\n@example.com #123456', '123456'],
    ['[Relay 📲 +13015550195] 123456', '123456'],
    ['+13015550195 123456', '123456'],
    ['(123456)', '123456'],
    ['"123456"', '123456'],
    ['验证码123456，请勿告诉他人', '123456'],
    ['認証コードは１２３４５６です', '123456'],
    ['코드: 123456입니다', '123456'],
    ['Order 1234567: your code is 654321', '654321'],
    ['See https://example.com/654321 or type 123456', '123456'],
    ['111111, or 222222', '111111'],
  ])('is found in %j', (body, code) => {
    expect(findCode(body)).toBe(code);
  });

  it.each([
    'Hello',
    '',
    '12345',
    '1234567',
    '+12025550190',
    '+1 202555 0190',
    '+1 (202) 555019-0',
    '+49 30 123456',
    '(202) 555-0190',
    'AB123456',
    '123456th',
    'user_123456',
    '123456@example.com',
    '123456.78 USD',
    '1,123456',
    '2026/112233',
    '123456-7',
    '3782 822463 10005',
    'https://example.com/verify?code=123456',
    '１２３４５６７',
    '٣123456',
  ])('is not found in %j', (body) => {
    expect(findCode(body)).toBeUndefined();
  });

  const code = fc.stringMatching(/^[0-9]{6}$/);
  const words = fc.array(
    fc.constantFrom(
      'Your',
      'code',
      'is',
      'Relay',
      '📲',
      'é',
      '验证码',
      '5 minutes',
      '+13015550195',
      '20261129',
      '\n',
      '-',
    ),
    { maxLength: 6 },
  );
  const toWide = (digits: string) =>
    [...digits].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).join('');

  it('is found between any words, in ASCII and full-width digits, even at the end of a sentence', () => {
    fc.assert(
      fc.property(
        words,
        code,
        words,
        fc.constantFrom('', '.', ',', '!', '。', ':', ')'),
        (before, own, after, end) => {
          const around = (digits: string) =>
            [...before, 'code:', `${digits}${end}`, 'end', ...after].join(' ');
          expect(findCode(around(own))).toBe(own);
          expect(findCode(around(toWide(own)))).toBe(own);
        },
      ),
    );
  });

  it('is never a part of more digits, wherever they are', () => {
    const digits = fc.stringMatching(/^[0-9]{7,20}$/);
    fc.assert(
      fc.property(words, digits, words, (before, longer, after) => {
        for (const number of [longer, `+${longer}`, toWide(longer), `A${longer.slice(0, 6)}`])
          expect(findCode([...before, number, ...after].join(' '))).toBeUndefined();
      }),
    );
  });

  it('has six ASCII digits, which the text has in a row, whatever the text is', () => {
    const unit = fc.constantFrom(...'0123456789', ...'１٣ +-./,:@#()_aé验', '📲', '\n');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (body) => {
        const found = findCode(body);
        if (found === undefined) return;
        expect(found).toMatch(/^[0-9]{6}$/);
        const narrow = body.normalize('NFKC');
        expect(narrow).toMatch(new RegExp(`(?<!\\p{Nd})${found}(?!\\p{Nd})`, 'u'));
      }),
    );
  });
});
