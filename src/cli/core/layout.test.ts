// How lines are laid out: no word is broken, nothing is lost, and what is shortened stays recognisable.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyArbitrary } from '../../../test/support/event-histories.js';
import type { SandboxEvent } from '../../sandbox/platform/events/event.js';
import { describeEvent } from '../../sandbox/traces/describe-event.js';
import { FULL_NAMES, layOutEvent } from '../commands/sandbox/event-line.js';
import { cut, fitRow, layOut, measure, shortenPath, shortenSid, shortenUrl, wrap } from './layout.js';

const SID = 'SM0123456789abcdef0123456789abcdef';

/** Words in several scripts, with emoji, control characters and bidirectional controls. */
const textArbitrary = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'Hello',
        '日本語のテキスト',
        '📲',
        '👨‍👩‍👧',
        '\u202eevil',
        '\x1b[31mred',
        'é',
        'السلام',
        '\n',
        '::error::x',
        '',
        SID,
      ),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
    ),
    { maxLength: 30 },
  )
  .map((words) => words.join(' '));

/** Events as they come, whose texts are arbitrary. */
const eventArbitrary = fc
  .tuple(historyArbitrary, textArbitrary, fc.nat())
  .map(([events, body, index]): SandboxEvent => {
    const event = events[index % events.length] as SandboxEvent;
    return 'body' in event ? { ...event, body } : event;
  });

const squeeze = (text: string) => text.replace(/\s/g, '');

/** The widest part of a text that cannot be broken. */
function widestWord(text: string): number {
  return Math.max(0, ...wrap('', text, 1).map((row) => measure(row.trim())));
}

describe('an event', () => {
  it('takes no row wider than the terminal, unless a word alone is wider', () => {
    fc.assert(
      fc.property(
        eventArbitrary,
        fc.integer({ min: 40, max: 200 }),
        fc.boolean(),
        (event, columns, isFull) => {
          const rows = layOutEvent(event, { columns, isWrapped: true, isFull }, '');
          for (const row of rows) {
            const word = widestWord(row.trimStart());
            expect(measure(row)).toBeLessThanOrEqual(Math.max(columns, word + 4));
          }
        },
      ),
    );
  });

  it('loses nothing with --verbose, at any width', () => {
    fc.assert(
      fc.property(eventArbitrary, fc.integer({ min: 40, max: 200 }), (event, columns) => {
        const rows = layOutEvent(event, { columns, isWrapped: true, isFull: true }, '');
        const [whole = ''] = layOutEvent(event, { columns: Infinity, isWrapped: true, isFull: true }, '');
        // A row may begin with what would be a command to a CI system, which is escaped there.
        expect(squeeze(rows.join('')).replaceAll('\\x3a', ':')).toBe(squeeze(whole).replaceAll('\\x3a', ':'));
        expect(squeeze(whole)).toContain(
          squeeze(wrap('', describeEvent(event, FULL_NAMES)[1], Infinity).join('')),
        );
      }),
    );
  });

  it('is one row without a terminal', () => {
    fc.assert(
      fc.property(eventArbitrary, fc.boolean(), (event, isFull) => {
        expect(layOutEvent(event, { columns: 80, isWrapped: false, isFull }, '')).toHaveLength(1);
      }),
    );
  });

  const webhook = (url: string): SandboxEvent => ({
    ...{
      kind: 'webhook.sent',
      id: 2,
      at: '2026-11-29T12:00:00.123Z',
      traceId: 'a-1',
      cause: 1,
      startedAt: '',
    },
    ...{
      purpose: 'inbound-text',
      sid: SID,
      method: 'POST',
      url,
      attempt: 1,
      exchangeId: 1,
      idempotencyToken: 't',
    },
    ...{ durationMs: 1, status: 500, verdict: 'failed', errorCode: 11217 },
    ...{ failure: 'HTTP error response code 500', reason: 'Number Is Out Of Seconds.' },
  });

  it('wraps under its own column', () => {
    const url = 'http://127.0.0.1:8137/api/v1/inbound_sms?token=abc';
    expect(layOutEvent(webhook(url), { columns: 80, isWrapped: true, isFull: false }, '')).toEqual([
      '12:00:00.123  app answered    POST http://127.0.0.1:8137/…/inbound_sms?… → 500,',
      '                              HTTP error response code 500 (11217): Number Is',
      '                              Out Of Seconds.',
    ]);
    expect(layOutEvent(webhook(url), { columns: 40, isWrapped: true, isFull: true }, '')).toEqual([
      '12:00:00.123  app answered    POST',
      `    ${url}`,
      '    → 500, HTTP error response code 500',
      '    (11217): Number Is Out Of Seconds.',
    ]);
  });
});

describe('wrapping', () => {
  it('breaks at spaces, and beside wide characters', () => {
    expect(wrap('  ', 'one two three', 8)).toEqual(['  one', '  two', '  three']);
    expect(wrap('', '日本語のテキスト', 8)).toEqual(['日本語の', 'テキスト']);
    expect(wrap('', 'ab👨‍👩‍👧cd', 4)).toEqual(['ab👨‍👩‍👧', 'cd']);
  });

  it('gives a word that is too long a row of its own', () => {
    expect(wrap('', 'a abcdefghij b', 5)).toEqual(['a', 'abcdefghij', 'b']);
  });

  it('keeps a command in one row, so that it can be copied', () => {
    const text = 'run relay-phone exec -- npm start, or relay-phone serve: one of both. Then go on';
    expect(wrap('Try: ', text, 30, { keepsCommands: true })).toEqual([
      'Try: run',
      '    relay-phone exec -- npm start,',
      '    or relay-phone serve: one',
      '    of both. Then go on',
    ]);
  });

  it('repeats the bar of quoted text, and keeps its indentation', () => {
    expect(wrap('  | ', 'one two three', 11, { repeatsHead: true })).toEqual(['  | one two', '  | three']);
    expect(wrap('', '  one two', 6)).toEqual(['  one', 'two']);
  });

  it('never begins a row with a command to a CI system', () => {
    expect(wrap('', 'Hello there ::error::x', 12)).toEqual(['Hello there', '\\x3a:error::x']);
  });
});

describe('shortening', () => {
  it('keeps both ends of a SID', () => {
    expect(shortenSid(SID)).toBe('SM0123…cdef');
    expect(shortenSid('Hello')).toBe('Hello');
  });

  it('keeps what names a REST resource', () => {
    const account = '/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef';
    expect(shortenPath(`${account}/Messages/${SID}.json?PageSize=50`)).toBe(
      'Messages/SM0123…cdef.json?PageSize=50',
    );
    expect(shortenPath(`${account}.json`)).toBe('/2010-04-01/Accounts/AC0123…cdef.json');
  });

  it('keeps the host and the end of the path of a URL', () => {
    expect(shortenUrl('http://127.0.0.1:8137/api/v1/inbound_sms?a=b', 60)).toBe(
      'http://127.0.0.1:8137/…/inbound_sms?…',
    );
    expect(shortenUrl('http://127.0.0.1:8137/sms', 60)).toBe('http://127.0.0.1:8137/sms');
    expect(shortenUrl('data:image/gif;base64,R0lGODlhAQABAAAA', 20)).toBe('data:image/gif;base…');
    expect(shortenUrl('/2010-04-01/a/b', 60)).toBe('/…/b');
  });

  it('cuts after a whole word, and never inside an emoji or an escape', () => {
    expect(cut('Hello there', 9)).toBe('Hello…');
    expect(cut('Supercalifragilistic', 9)).toBe('Supercal…');
    expect(cut('a👨‍👩‍👧b', 3)).toBe('a…');
    expect(cut('ab\x1bcd', 5)).toBe('ab…');
    fc.assert(
      fc.property(textArbitrary, fc.integer({ min: 2, max: 60 }), (text, columns) => {
        expect(measure(cut(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('takes the longest content that fits', () => {
    const layout = { columns: 10, isWrapped: true, isFull: false };
    expect(layOut('> ', ['much too long', 'too long', 'short'], layout)).toEqual(['> too long']);
    expect(fitRow(['much too long', 'too long here', 'short enough'], 8)).toBe('short…');
  });
});
