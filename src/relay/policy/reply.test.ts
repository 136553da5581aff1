// Holds to whom replies go, in the words of Firefox Relay's own tests.
import { describe, expect, it } from 'vitest';
import { decideReply, type OwnerReply } from './reply.js';

const CONTACTS = [
  '+13015550000',
  '+13025550001',
  '+13035550001',
  '+13045551301',
  '64192',
  '+15062345678',
  '+13055550002',
  '+14045550003',
];

const decide = (body: string, more: Partial<OwnerReply> = {}) =>
  decideReply({
    body,
    hasMedia: false,
    keepsLog: true,
    readsPrefixes: true,
    contacts: CONTACTS,
    lastSender: '+13055550002',
    ...more,
  });

describe('a reply', () => {
  it.each([
    ['0000test reply', 'test reply', '+13015550000'],
    ['0000:test reply', 'test reply', '+13015550000'],
    ['+13015550000test reply', 'test reply', '+13015550000'],
    ['+13015550000: test reply', 'test reply', '+13015550000'],
    ['(301) 555-0000 test reply', 'test reply', '+13015550000'],
    ["1301 5550000 Isn't +13045551301 a jerk?", "Isn't +13045551301 a jerk?", '+13015550000'],
    ['0003: send reply to caller', 'send reply to caller', '+14045550003'],
    ['(404)555-0003: can we continue over text?', 'can we continue over text?', '+14045550003'],
    ['1 2 3 4 is this on?', '1 2 3 4 is this on?', '+13055550002'],
    ['4192 to a short code', 'to a short code', '64192'],
  ])('%j goes as %j to %s', (text, body, to) => {
    expect(decide(text)).toEqual({ kind: 'send', to, body });
  });

  it.each([
    ['0001 test reply to ambiguous number', 'multiple_number_matches', '0001'],
    ['0404: test reply to unknown number', 'short_prefix_matches_no_senders', '0404'],
    ['+14045550404: test reply to unknown number', 'full_number_matches_no_senders', '+14045550404'],
    ['0002:', 'no_body_after_short_prefix', '0002'],
    ['+13055550002', 'no_body_after_full_number', '+13055550002'],
  ])('%j goes to nobody: %s', (text, code, named) => {
    expect(decide(text)).toEqual({ kind: 'refuse', refusal: { code, named } });
  });

  it('keeps what would be a prefix when none are read', () => {
    expect(decide('0000: test reply', { readsPrefixes: false })).toEqual({
      kind: 'send',
      to: '+13055550002',
      body: '0000: test reply',
    });
  });

  it('needs a log of contacts, and somebody in it', () => {
    expect(decide('0000 hi', { keepsLog: false })).toEqual({
      kind: 'refuse',
      refusal: { code: 'no_phone_log' },
    });
    expect(decide('hi', { lastSender: undefined })).toEqual({
      kind: 'refuse',
      refusal: { code: 'no_previous_sender' },
    });
  });

  it('may be a picture without words', () => {
    expect(decide('0000', { hasMedia: true })).toEqual({ kind: 'send', to: '+13015550000', body: '' });
  });
});
