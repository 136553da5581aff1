// How typed lines are read: which are texts, byte for byte, and which are commands.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countRuns } from '../../../../test/support/runs.js';
import { readPipedLines } from './terminal.js';
import { completePhoneCommand, describePhoneCommands, PHONE_COMMANDS, readTypedLine } from './typed-line.js';

const runs = { numRuns: countRuns(1000) };
/** A line as a pipe gives it. */
const anyLine = fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\n\r]/g, ''));

describe('a typed line', () => {
  it('is sent byte for byte if it does not begin with a slash', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        fc.pre(line !== '' && !line.startsWith('/'));
        expect(readTypedLine(line)).toEqual({ kind: 'text', body: line });
      }),
      runs,
    );
  });

  it('that begins with two slashes is sent without the first', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        expect(readTypedLine(`//${line}`)).toEqual({ kind: 'text', body: `/${line}` });
      }),
      runs,
    );
  });

  it('that begins with one slash is never sent', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        fc.pre(!line.startsWith('/'));
        expect(['command', 'unknown']).toContain(readTypedLine(`/${line}`).kind);
      }),
      runs,
    );
  });

  it.each([
    ['', { kind: 'nothing' }],
    [' ', { kind: 'text', body: ' ' }],
    ['/press 1#', { kind: 'command', name: 'press', rest: '1#' }],
    ['/say  Hello there ', { kind: 'command', name: 'say', rest: 'Hello there' }],
    ['/Hangup', { kind: 'command', name: 'hangup', rest: '' }],
    ['/reject', { kind: 'command', name: 'decline', rest: '' }],
    ['/hang-up', { kind: 'command', name: 'hangup', rest: '' }],
    ['/?', { kind: 'command', name: 'help', rest: '' }],
    ['/ press', { kind: 'unknown', typed: '/', nearest: undefined }],
    ['/pres 1', { kind: 'unknown', typed: '/pres', nearest: '/press' }],
    ['/constructor', { kind: 'unknown', typed: '/constructor', nearest: undefined }],
  ])('%j is read as %j', (line, read) => {
    expect(readTypedLine(line)).toEqual(read);
  });

  it('is completed to the commands that it begins', () => {
    expect(completePhoneCommand('/b')).toEqual(['/busy', '/block']);
    expect(completePhoneCommand('/')).toHaveLength(Object.keys(PHONE_COMMANDS).length);
    for (const line of ['b', '/to +1', '//', '']) expect(completePhoneCommand(line)).toEqual([]);
  });

  it('has a help whose lines fit a terminal of 80 columns', () => {
    for (const line of describePhoneCommands()) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('a pipe', () => {
  it('gives every line as it came, however it was cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyLine), fc.array(fc.nat({ max: 20 })), async (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const read: string[] = [];
        for await (const line of readPipedLines(cut(bytes, cuts))) read.push(line);
        // A lone surrogate has no bytes in UTF-8.
        expect(read).toEqual(lines.map((line) => Buffer.from(line).toString()));
      }),
      runs,
    );
  });

  it('gives a last line without a line end, and no line ends of Windows', async () => {
    const read: string[] = [];
    for await (const line of readPipedLines(cut(Buffer.from('a\r\nb'), []))) read.push(line);
    expect(read).toEqual(['a', 'b']);
  });
});

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const size of sizes) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
  yield bytes.subarray(at);
}
