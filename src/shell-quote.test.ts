// Command lines that a shell reads back as the same words.
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatCommandLine } from './shell-quote.js';

it('leaves plain words as they are', () => {
  expect(formatCommandLine(['relay-phone', 'exec', '--', '.venv/bin/python'])).toBe(
    'relay-phone exec -- .venv/bin/python',
  );
});

it.skipIf(process.platform === 'win32')('is read by a shell as the same words', () => {
  const word = fc.string({
    unit: fc.constantFrom(...`ab '"$\`\\!*?;&|<>(){}[]#~\t`),
    minLength: 1,
    maxLength: 12,
  });
  const sample = fc.sample(fc.array(word, { minLength: 1, maxLength: 4 }), 40);
  for (const words of sample) {
    const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${formatCommandLine(words)}`]);
    expect(stdout.toString().split('\0').slice(0, -1)).toEqual(words);
  }
});
