// The screen with text that attacks the terminal: each of its methods, with and without colour.
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { ATTACK, SHOWN, verifyHarmless } from '../../../test/support/attack.js';
import { createTestContext } from '../../../test/support/in-process.js';
import { RelayPhoneError } from '../../errors.js';
import { createScreen, printLines, printText, type Screen, showError } from './screen.js';

/** How each method is called with a text from outside. The type requires an entry for each. */
const CALLS: { readonly [Name in keyof Screen]: (screen: Screen, text: string) => unknown } = {
  layout: () => undefined,
  rows: (screen, text) => screen.rows([text, text], 'failed'),
  outcome: (screen, text) => screen.outcome(text, 'failed'),
  line: (screen, text) => screen.line(text),
  step: (screen, text) => screen.step(1, 2, text),
  done: (screen, text) => screen.done(text),
  planned: (screen, text) => screen.planned([text, text]),
  title: (screen, text) => screen.title(text),
  fault: (screen, text) => screen.fault(text),
  skipped: (screen, text) => screen.skipped(text),
  detail: (screen, text) => screen.detail(text),
  advice: (screen, text) => screen.advice([text, text]),
  warn: (screen, text) => screen.warn(text),
  workflowCommand: (screen, text) => screen.workflowCommand(`::error::${text}`),
  document: (screen, text) => screen.document({ [text]: text }),
  record: (screen, text) => screen.record({ [text]: text }),
  progress: (screen, text) => {
    const progress = screen.progress(text);
    progress.update(`${text}…`);
    return progress.end;
  },
};

function open(coloured: boolean, json: boolean) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let received = '';
  for (const stream of [stdout, stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      received += chunk;
    });
  const ports = createTestContext({ stdout, stderr, hasColour: () => coloured });
  return { ports, screen: createScreen(ports, { json }), received: () => received };
}

it.each([true, false])('shows control characters in each kind of line (colour: %s)', async (coloured) => {
  for (const [name, call] of Object.entries(CALLS)) {
    if (name === 'layout') continue;
    const isJson = name === 'document' || name === 'record';
    const { screen, received } = open(coloured, isJson);
    const end = call(screen, ATTACK);
    await expect.poll(received, { message: name }).toContain(isJson ? '\\u001b]52;c;ZQ==\\u0007' : SHOWN);
    verifyHarmless(received().replace(/^::error::/, ''));
    if (typeof end === 'function') end();
  }
});

it('adds colours that the text cannot end or change', async () => {
  const { screen, received } = open(true, false);
  screen.title('a\x1b[0mb');
  await expect.poll(received).toBe('\x1b[1ma\\x1b[0mb\x1b[22m\n');
});

it('shows each line of an error on a line of its own, and no other line end', async () => {
  const { ports, received } = open(true, false);
  const more = 'https://example.test';
  const details = [`  ${ATTACK}`, '  b'];
  const error = {
    kind: 'usage',
    task: 'read',
    reason: ATTACK,
    details,
    tryNext: [ATTACK, 'c'],
    more,
  } as const;
  showError(ports, new RelayPhoneError(error));
  await expect
    .poll(received)
    .toBe(`Failed to read: ${SHOWN}\n  ${SHOWN}\n  b.\n  Try: ${SHOWN}\n       c\n  More: ${more}\n`);
});

it('prints a text with its lines, and other control characters visible', async () => {
  const { ports, received } = open(true, false);
  printText(ports.stdout, 'a: 1\nb: \x1b[2J\r\n\n');
  printLines(ports.stdout, ['::error::c', 'd\ne']);
  await expect.poll(received).toBe('a: 1\nb: \\x1b[2J\\r\n\n\\x3a:error::c\nd\\ne\n');
});

it('leaves the command that was just typed out of the advice, with what is said about it', async () => {
  const { ports, received } = open(false, false);
  const typed = { ...ports, typed: ['undo', '--yes'] };
  const tryNext = [
    'relay-phone undo --yes, to agree',
    'relay-phone undo',
    'relay-phone undo --yes --sandbox',
  ];
  showError(typed, new RelayPhoneError({ kind: 'usage', task: 'undo', reason: 'a', tryNext }));
  createScreen(typed, {}).advice(['relay-phone undo --yes', 'wait']);
  await expect
    .poll(received)
    .toBe(
      'Failed to undo: a.\n  Try: relay-phone undo\n       relay-phone undo --yes --sandbox\n        Try: wait\n',
    );
});
