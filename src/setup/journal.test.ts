// The journal of changes: what it keeps across processes, crashes and full disks.
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Journal, openJournal, readJournal } from './journal.js';

const ACCOUNT = `AC${'1'.repeat(32)}`;
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-phone-journal-'));
  path = join(folder, 'journal.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(accountSid = ACCOUNT): Journal {
  let id = 0;
  return openJournal(path, {
    target: 'live',
    accountSid,
    now: () => 0,
    newId: () => {
      id += 1;
      return `${accountSid}-${id}`;
    },
  });
}

const purchase = { kind: 'number-bought', phoneNumber: '+12025550123' } as const;

describe('the journal', () => {
  it('distinguishes intended, done and undone changes across processes', () => {
    const change = open().intend(purchase);
    expect(open().find('number-bought', 'intended')).toMatchObject([{ data: purchase }]);
    open().done(change, { sid: 'PN1' });
    expect(open().find('number-bought', 'intended')).toEqual([]);
    expect(open().find('number-bought', 'done')).toMatchObject([{ data: { ...purchase, sid: 'PN1' } }]);
    open().undone(change);
    expect(readJournal(path)).toMatchObject({ changes: [{ state: 'undone' }], unreadableLines: 0 });
  });

  it('shows an account only its own changes', () => {
    open().intend(purchase);
    expect(open(`AC${'2'.repeat(32)}`).changes()).toEqual([]);
  });

  it('shows every account a change that belongs to none', () => {
    const [checkout, python, email] = ['/checkout', '/python', 'me@example.com'];
    const change = open('').intend({ kind: 'session-started', checkout, python, email });
    const database = '/checkout/db.sqlite3';
    open('').done(change, { database });
    for (const account of [ACCOUNT, `AC${'2'.repeat(32)}`])
      expect(open(account).find('session-started', 'done')).toMatchObject([{ data: { email, database } }]);
  });

  it('counts a line that a crash cut short, and reads the lines around it', () => {
    const journal = open();
    const first = journal.intend(purchase);
    appendFileSync(path, '\n{"id":"cut","at":"1970-01-01T00:00:00.000Z","tar');
    journal.done(first, { sid: 'PN1' });
    const { changes, unreadableLines } = readJournal(path);
    expect(changes).toMatchObject([{ id: first.id, state: 'done', data: { sid: 'PN1' } }]);
    expect([unreadableLines, journal.unreadableLines()]).toEqual([1, 1]);
  });

  it.each([
    ['an unknown state', (line: string) => line.replace('"intended"', '"planned"')],
    ['an unknown kind of change', (line: string) => line.replace('number-bought', 'number-rented')],
    ['a flipped bit in its structure', (line: string) => line.replace('{', '[')],
    ['no text at all', () => '\u0000\u0000\u0000'],
    ['JSON that is not an object', () => 'null'],
    ['a field that is not ours', (line: string) => line.replace('"at"', '"when"')],
  ])('counts a recorded change with %s once, although its later news is readable', (_what, damage) => {
    const journal = open();
    journal.done(journal.intend(purchase), { sid: 'PN1' });
    const kept = journal.intend({ ...purchase, phoneNumber: '+12025550124' });
    const [recorded = '', ...others] = readFileSync(path, 'utf8').trim().split('\n');
    writeFileSync(path, [damage(recorded), ...others].join('\n'));
    expect(readJournal(path)).toMatchObject({ changes: [{ id: kept.id }], unreadableLines: 1 });
  });

  it('counts news that does not fit its change, and news about changes that are in no line', () => {
    const journal = open();
    const change = journal.intend(purchase);
    appendFileSync(path, `\n${JSON.stringify({ id: change.id, at: '', noted: { phoneNumber: 5 } })}`);
    expect(readJournal(path)).toMatchObject({ changes: [{ state: 'intended' }], unreadableLines: 1 });
    writeFileSync(path, JSON.stringify({ id: 'cut-off', at: '', state: 'done' }));
    expect(readJournal(path)).toEqual({ changes: [], unreadableLines: 1 });
  });

  it('is readable by its owner only', () => {
    open().intend(purchase);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('throws on a full disk, before anything is changed', ({ skip }) => {
    skip(process.platform !== 'linux', 'only Linux has /dev/full');
    symlinkSync('/dev/full', path);
    expect(() => open().intend(purchase)).toThrow(
      /cannot be written \(ENOSPC\), so nothing more was changed/,
    );
  });

  it('writes one line for each state of a change, with the data named deed', () => {
    const journal = open();
    journal.abandoned(journal.intend(purchase));
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines.map((line) => Object.keys(JSON.parse(line)))).toEqual([
      ['id', 'at', 'target', 'accountSid', 'state', 'deed'],
      ['id', 'at', 'state'],
    ]);
  });
});
