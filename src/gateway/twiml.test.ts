// Tests how TwiML is printed, also when an app answered with something hostile.
import { expect, it } from 'vitest';
import { formatTwiml } from './twiml.js';

it('prints one element per line, with short ones on a line of their own', () => {
  const twiml =
    '<?xml version="1.0"?><Response><Dial callerId="+1"><Number>+2</Number></Dial><Hangup/></Response>';
  expect(formatTwiml(twiml)).toBe(
    [
      '<?xml version="1.0"?>',
      '<Response>',
      '  <Dial callerId="+1">',
      '    <Number>+2</Number>',
      '  </Dial>',
      '  <Hangup/>',
      '</Response>',
    ].join('\n'),
  );
});

it('keeps text that is not XML, and the text after an unclosed tag', () => {
  expect(formatTwiml('Number Is Out Of Seconds.')).toBe('Number Is Out Of Seconds.');
  expect(formatTwiml('<Response><Say>1 < 2')).toContain('< 2');
});

it.each(['<', '<a>', '<!--', '<![CDATA[', '<a>x</a>'])(
  'prints 256 KB of %s in about as many characters',
  (piece) => {
    const document = piece.repeat(Math.ceil((256 * 1024) / piece.length));
    expect(formatTwiml(document).length).toBeLessThan(40 * document.length);
  },
);
